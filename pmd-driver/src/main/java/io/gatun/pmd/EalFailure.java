package io.gatun.pmd;

import io.gatun.bindings.Errno;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Turns what EAL logged before it gave up into one line with a remedy. EAL returns -1 and a rough
 * errno; the cause stands only in its log.
 */
final class EalFailure {
  private record Known(Pattern log, String text) {}

  private static final String HUGE_PAGES =
      "too few free huge pages: run scripts/gatun doctor --fix, or try --no-huge";

  private static final List<Known> CAUSES =
      List.of(
          known(
              "Is another primary process running|Cannot create lock on",
              "another DPDK process has this --file-prefix: end it, or give this one a prefix of its own"),
          known(
              "unrecognized option|invalid option|Invalid option|unknown argument|option requires an argument",
              "the list is in DPDK's Linux guide, chapter EAL parameters; Gatun's own options stand behind --"),
          known(
              "invalid coremask|invalid core ?list|Invalid lcore|lcore \\d+ (?:unavailable|>= RTE_MAX_LCORE)|CPU .* not detected|invalid parameter for --?l",
              "-l and --lcores take CPUs that exist, as in -l 0-1"),
          known(
              "No free .*hugepages|Cannot get hugepage information|no mounted hugetlbfs|Not enough memory|Cannot init memory|memory could not be reserved|FATAL: Cannot get hugepage",
              HUGE_PAGES),
          known(
              "Permission denied|Operation not permitted",
              "run as root, or with the capabilities that gatun doctor names"),
          known(
              "failed to parse device|Unable to parse device|failed to initialize .* device|Driver cannot attach the device|Bus \\(.*\\) probe failed|Cannot probe",
              "a device of --vdev or -a cannot be attached"));

  /** getopt(3) begins with argv[0]. */
  private static final Pattern GETOPT = Pattern.compile("^gatun: .*option");

  private EalFailure() {}

  private static Known known(String pattern, String text) {
    return new Known(Pattern.compile(pattern), text);
  }

  /**
   * @param argv what EAL was started with
   * @param errno rte_errno of rte_eal_init
   * @param log what it logged at level error, oldest first
   * @param printed what it printed past its log: getopt's message, a page of usage
   */
  static String explain(List<String> argv, int errno, List<String> log, String printed) {
    List<String> errors = new ArrayList<>(printed.lines().filter(GETOPT.asPredicate()).toList());
    errors.addAll(log);
    String remedy = null;
    String line = null;
    for (Known cause : CAUSES) {
      line = find(cause.log(), errors);
      if (line != null) {
        remedy = cause.text();
        break;
      }
    }
    if (line == null) {
      line =
          errors.isEmpty()
              ? "%s (%s)".formatted(Errno.name(errno), Errno.rte_strerror(errno))
              : errors.getFirst();
    }
    if (HUGE_PAGES.equals(remedy) && argv.contains("--no-huge")) {
      remedy = "too little memory without huge pages: ask for less with -m";
    }
    return "EAL did not start with \"%s\": %s%s"
        .formatted(
            String.join(" ", argv.subList(1, argv.size())),
            line,
            remedy == null ? "" : ": " + remedy);
  }

  private static @Nullable String find(Pattern pattern, List<String> lines) {
    for (String line : lines) {
      Matcher matcher = pattern.matcher(line);
      if (matcher.find()) {
        return line;
      }
    }
    return null;
  }
}
