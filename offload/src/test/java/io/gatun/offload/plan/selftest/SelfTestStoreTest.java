package io.gatun.offload.plan.selftest;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatun.offload.plan.DpdkVersion;
import io.gatun.offload.plan.Feature;
import io.gatun.offload.plan.PortCapabilities;
import io.gatun.offload.plan.SelfTestResults;
import io.gatun.offload.plan.SelfTestResults.Outcome;
import io.gatun.offload.plan.SelfTestResults.Status;
import io.gatun.pmd.wire.TunnelType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SelfTestStoreTest {
  private static final SelfTestResults RESULTS =
      new SelfTestResults(Instant.parse("2026-01-02T03:04:05Z"), Map.of())
          .with(Feature.VLAN_INSERT, null, new Outcome(Status.PASSED, ""))
          .with(
              Feature.TUNNEL_CHECKSUM,
              TunnelType.GENEVE,
              new Outcome(Status.FAILED, "byte 40 is \"00\""));

  @TempDir Path folder;
  private Path file = Path.of("");
  private SelfTestStore store = new SelfTestStore(file);

  @BeforeEach
  void newFile() {
    file = folder.resolve("state").resolve("self-test.json");
    store = new SelfTestStore(file);
  }

  private static PortCapabilities port(String device, String dpdk) {
    return new PortCapabilities("net_ice", device, 0, 0, 0, DpdkVersion.parse(dpdk));
  }

  @Test
  void whatIsSavedIsLoaded() throws IOException {
    store.save(port("a", "22.11.11"), RESULTS);
    store.save(
        port("b", "22.11.11"),
        SelfTestResults.NONE
            .with(Feature.VLAN_INSERT, null, new Outcome(Status.PASSED, ""))
            .at(Instant.EPOCH));

    assertThat(store.load(port("a", "22.11.11"))).isEqualTo(RESULTS);
    assertThat(store.load(port("b", "22.11.11")).when()).isEqualTo(Instant.EPOCH);
    assertThat(store.load(port("c", "22.11.11"))).isEqualTo(SelfTestResults.NONE);
    assertThat(store.load(port("a", "24.11"))).isEqualTo(SelfTestResults.NONE);
    try (Stream<Path> files = Files.list(file.getParent())) {
      assertThat(files).as("no temporary file stays").containsExactly(file);
    }
  }

  @Test
  void aLaterTestReplacesAnEarlierOne() throws IOException {
    store.save(port("a", "22.11"), RESULTS);
    SelfTestResults later = RESULTS.at(Instant.parse("2026-02-02T03:04:05Z"));

    store.save(port("a", "22.11"), later);

    assertThat(store.load(port("a", "22.11"))).isEqualTo(later);
  }

  @Test
  void aBrokenFileIsLeftAsideAndWrittenAnew() throws IOException {
    Files.createDirectories(file.getParent());
    for (String broken :
        new String[] {
          "",
          "{",
          "[]",
          "{\"ports\":[{\"driver\":\"net_ice\",\"device\":\"a\",\"dpdk\":\"22.11\"}]}"
        }) {
      Files.writeString(file, broken);
      assertThat(store.load(port("a", "22.11"))).as(broken).isEqualTo(SelfTestResults.NONE);
      store.save(port("a", "22.11"), RESULTS);
      assertThat(store.load(port("a", "22.11"))).as(broken).isEqualTo(RESULTS);
    }
  }

  @Test
  void theFileStandsWhereStateBelongs() {
    assertThat(SelfTestStore.directory("/s", "root", "/r")).isEqualTo(Path.of("/s"));
    assertThat(SelfTestStore.directory(null, "root", "/r")).isEqualTo(Path.of("/var/lib"));
    assertThat(SelfTestStore.directory("", "u", "/h")).isEqualTo(Path.of("/h/.local/state"));
  }
}
