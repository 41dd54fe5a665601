package io.gatun.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Disabled;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.core.LauncherConfig;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

class TagReportListenerTest {
  @TempDir Path folder;

  @Test
  void statesAndTagsAreReported() throws IOException {
    assertThat(report(States.class))
        .containsExactlyInAnyOrder(
            "dpdk,nic\tpassed\t" + name(States.class, "passes") + "\t\t",
            "dpdk\tfailed\t" + name(States.class, "fails") + "\t\tthe first line",
            "dpdk\tskipped\t" + name(States.class, "lacks") + "\t\tno network card",
            "dpdk\tskipped\t" + name(States.class, "rests") + "\t\ttoo slow");
  }

  @Test
  void releasesAreTakenFromDisplayNames() throws IOException {
    assertThat(report(Releases.class))
        .containsExactlyInAnyOrder(
            "\tpassed\t" + name(Releases.class, "runs") + " [DPDK 22.11]\t22.11\t",
            "\tpassed\t"
                + name(Releases.class, "runs")
                + " [DPDK 24.11] to [DPDK 22.11]\t22.11,24.11\t");
  }

  @Test
  void aClassThatEndsEarlyTakesItsTestsAlong() throws IOException {
    assertThat(report(Aborted.class))
        .containsExactlyInAnyOrder(
            "\tskipped\t" + name(Aborted.class, "one") + "\t\tno engine",
            "\tskipped\t" + name(Aborted.class, "other") + "\t\tno engine");
  }

  private List<String> report(Class<?> samples) throws IOException {
    Path file = folder.resolve("report.tsv");
    // The listener that JUnit finds by itself would report the samples as this module's tests.
    LauncherConfig alone =
        LauncherConfig.builder().enableTestExecutionListenerAutoRegistration(false).build();
    LauncherFactory.create(alone)
        .execute(
            LauncherDiscoveryRequestBuilder.request()
                .selectors(DiscoverySelectors.selectClass(samples))
                .build(),
            new TagReportListener(file));
    return Files.readAllLines(file);
  }

  private static String name(Class<?> samples, String method) {
    return samples.getName() + "#" + method;
  }

  @Tag("dpdk")
  static class States {
    @Test
    @Tag("nic")
    void passes() {}

    @Test
    void fails() {
      throw new AssertionError("the first line\nthe second");
    }

    @Test
    void lacks() {
      Assumptions.abort("no network card");
    }

    @Test
    @Disabled("too slow")
    void rests() {}
  }

  static class Releases {
    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"[DPDK 22.11]", "[DPDK 24.11] to [DPDK 22.11]"})
    void runs(String ignored) {}
  }

  static class Aborted {
    @BeforeAll
    static void needs() {
      Assumptions.abort("no engine");
    }

    @Test
    void one() {}

    @Test
    void other() {}
  }
}
