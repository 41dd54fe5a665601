package io.gatun.pmd.cli;

import java.util.List;
import java.util.stream.Stream;

/**
 * What stands before and behind {@code --} on a command line.
 *
 * @param ealArguments for EAL, in order
 * @param options for the command
 * @param helpAsked whether {@code --help} or {@code -h} stands anywhere; EAL's own would end the
 *     JVM
 */
record ArgumentSplit(List<String> ealArguments, List<String> options, boolean helpAsked) {
  static ArgumentSplit of(List<String> arguments, boolean usesEal) {
    int dashes = arguments.indexOf("--");
    List<String> before = dashes < 0 ? arguments : arguments.subList(0, dashes);
    List<String> behind = dashes < 0 ? List.of() : arguments.subList(dashes + 1, arguments.size());
    boolean help =
        arguments.contains("--help") || arguments.contains("-h") || arguments.contains("-?");
    if (usesEal) {
      return new ArgumentSplit(List.copyOf(before), List.copyOf(behind), help);
    }
    return new ArgumentSplit(List.of(), dashes == 0 ? behind : arguments, help);
  }

  /** The command with its options, for picocli. */
  String[] commandLine(String command) {
    return Stream.concat(Stream.of(command), options.stream()).toArray(String[]::new);
  }
}
