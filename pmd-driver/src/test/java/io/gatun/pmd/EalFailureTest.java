package io.gatun.pmd;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatun.bindings.DpdkLibrary;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every cause of a failed start that Gatun knows, in DPDK's own words, gets its remedy. */
class EalFailureTest {
  private static final List<String> ARGV = List.of("gatun", "-l", "0-1", "--no-pci");

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "EAL: Cannot create lock on '/var/run/dpdk/rte/config'. Is another primary process running?"
            + " | another DPDK process has this --file-prefix",
        "EAL: lcore 86 unavailable | take CPUs that exist",
        "EAL: invalid core list syntax | take CPUs that exist",
        "EAL: invalid coremask syntax | take CPUs that exist",
        "EAL: invalid core list, please check specified cores are part of 0-1"
            + " | take CPUs that exist",
        "EAL: invalid parameter for --lcores | take CPUs that exist",
        "EAL: lcore 200 >= RTE_MAX_LCORE (128) | take CPUs that exist",
        "EAL: Not enough memory available! Requested: 9MB, available: 8MB"
            + " | too few free huge pages",
        "EAL: No free 2048 kB hugepages reported on node 0 | too few free huge pages",
        "EAL: FATAL: Cannot get hugepage information. | too few free huge pages",
        "EAL: Cannot get hugepage information. | too few free huge pages",
        "EAL: get_seg_fd(): open '/dev/hugepages/rtemap_0' failed: Permission denied"
            + " | run as root",
        "EAL: Cannot open '/dev/vfio/vfio': Operation not permitted | run as root",
        "EAL: failed to parse device \"net_nothing0\" | a device of --vdev or -a",
        "EAL: Unable to parse device 'net_nothing0' | a device of --vdev or -a",
        "EAL: Bus (vdev) probe failed. | a device of --vdev or -a",
        "EAL: Driver cannot attach the device (net_x0) | a device of --vdev or -a",
      })
  void aKnownCauseIsNamedWithItsRemedy(String logged, String remedy) {
    String message = EalFailure.explain(ARGV, 22, List.of(logged), "");

    assertThat(message)
        .startsWith("EAL did not start with \"-l 0-1 --no-pci\": " + logged + ": ")
        .contains(remedy)
        .doesNotContain("\n");
  }

  @Test
  void theCauseIsFoundAmongOtherErrors() {
    List<String> errors = new ArrayList<>();
    errors.add("EAL: something else");
    errors.add("EAL: lcore 86 unavailable");
    errors.add("EAL: Invalid 'command line' arguments.");

    assertThat(EalFailure.explain(ARGV, 22, errors, ""))
        .contains("lcore 86 unavailable")
        .contains("take CPUs that exist")
        .doesNotContain("command line");
  }

  @Test
  void anUnknownOptionIsNamedInGetoptsWordsWithoutTheUsage() {
    String printed =
        """

        Usage: gatun [options]
          -l CORELIST         List of cores to run on
        gatun: unrecognized option '--bogus'
        EAL: FATAL: Invalid 'command line' arguments.
        """;
    List<String> log = List.of("EAL: Invalid 'command line' arguments.");

    assertThat(EalFailure.explain(ARGV, 22, log, printed))
        .startsWith("EAL did not start with \"-l 0-1 --no-pci\": gatun: unrecognized option")
        .contains("'--bogus'", "Gatun's own options stand behind --")
        .doesNotContain("Usage", "\n");
  }

  @Test
  void anUnknownCauseIsQuotedWithoutARemedy() {
    assertThat(EalFailure.explain(ARGV, 22, List.of("EAL: first", "EAL: second"), ""))
        .isEqualTo("EAL did not start with \"-l 0-1 --no-pci\": EAL: first");
  }

  @Test
  @Tag("dpdk")
  void withoutALogTheErrorNumberSpeaks() {
    DpdkLibrary.load();

    assertThat(EalFailure.explain(ARGV, 95, List.of(), ""))
        .isEqualTo("EAL did not start with \"-l 0-1 --no-pci\": ENOTSUP (Operation not supported)");
  }
}
