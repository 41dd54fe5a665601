package io.gatun.pmd.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * {@code gatun completion}: the script that completes command lines of {@code gatun}, for {@code
 * source <(gatun completion bash)}.
 *
 * <p>It is picocli's, which knows commands and options but not that arguments before {@code --} are
 * EAL's; {@link #EAL_COMPLETION} adds that.
 */
@CommandLine.Command(
    name = "completion",
    description = {
      "Print the script that completes gatun's command lines in bash or zsh.",
      "Use it with: source <(gatun completion bash)"
    })
public final class CompletionCommand implements Command {
  /** A shell that the script is for. */
  enum Shell {
    BASH,
    ZSH;

    /** As it is typed. */
    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  // In zsh picocli's part of the script turns zsh's emulation of bash's completion on.
  // COMP_WORDS[1] is the command, and COMP_CWORD is the word that is being completed.
  private static final String EAL_COMPLETION =
      """

      # Arguments of a command that starts EAL are EAL's before "--" and the command's behind it.
      function _gatun_complete() {
        local i current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]}
        local command=${COMP_WORDS[1]} is_eals=no
        local eal_commands="@COMMANDS@" eal_flags="@FLAGS@" eal_options="@OPTIONS@"
        if (( COMP_CWORD < 2 )) || ! type "_picocli_gatun_$command" &>/dev/null; then
          _complete_gatun
          return
        fi
        [[ " $eal_commands " == *" $command "* ]] && is_eals=yes
        for (( i = 2; i < COMP_CWORD; i++ )); do
          [[ ${COMP_WORDS[i]} == -- ]] && is_eals=no
        done
        if [[ $is_eals == no ]]; then
          # Not through _complete_gatun, which takes a value for the command if it has such a name.
          "_picocli_gatun_$command"
          return
        fi
        COMPREPLY=()
        # Bash makes a word of each "=": what follows one, or an option, is a value.
        if [[ " = $eal_options " != *" $previous "* && ( -z $current || $current == -* ) ]]; then
          COMPREPLY=($(compgen -W "$eal_flags $eal_options" -- "$current"))
        fi
      }

      complete -F _gatun_complete -o default gatun
      """;

  // The EAL arguments that are typed most, without and with a value (DPDK,
  // linux_gsg/linux_eal_parameters.rst).
  private static final String EAL_FLAGS = "-- --no-pci --in-memory --no-huge --help";
  private static final String EAL_OPTIONS =
      "-l --lcores -a -b --vdev -m --socket-mem --file-prefix --iova-mode --log-level";

  @SuppressWarnings("UnusedVariable") // picocli checks it; one script serves both shells
  @CommandLine.Parameters(index = "0", paramLabel = "bash|zsh", description = "The shell")
  private @Nullable Shell shell;

  /** For ServiceLoader. */
  public CompletionCommand() {}

  @Override
  public boolean usesEal() {
    return false;
  }

  @Override
  public int run(List<String> ealArguments) {
    System.out.print(script(Main.commandLine()));
    return Main.DONE;
  }

  static String script(CommandLine root) {
    root.getSubcommands().values().forEach(line -> offerWhatIsTyped(line.getCommandSpec()));
    String ealCommands =
        root.getSubcommands().entrySet().stream()
            .filter(entry -> entry.getValue().<Command>getCommand().usesEal())
            .map(Map.Entry::getKey)
            .collect(Collectors.joining(" "));
    return AutoComplete.bash("gatun", root)
        + EAL_COMPLETION
            .replace("@COMMANDS@", ealCommands)
            .replace("@FLAGS@", EAL_FLAGS)
            .replace("@OPTIONS@", EAL_OPTIONS);
  }

  /** Values of an enum are typed in small letters; picocli would offer the names of constants. */
  private static void offerWhatIsTyped(CommandSpec spec) {
    for (OptionSpec option : new ArrayList<>(spec.options())) {
      if (option.type().isEnum()) {
        List<String> values =
            Stream.of(option.type().getEnumConstants())
                .map(value -> ((Enum<?>) value).name().toLowerCase(Locale.ROOT))
                .toList();
        spec.remove(option);
        spec.addOption(OptionSpec.builder(option).completionCandidates(values).build());
      }
    }
  }
}
