package io.gatun.pmd.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.gatun.pmd.InstalledDpdk;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** In a process of its own, as EAL starts only once in one. Needs no huge pages and no rights. */
@Tag("dpdk")
class PortsCommandTest {
  private static final String PREFIX = "gatun-ports-test-" + ProcessHandle.current().pid();

  @TempDir Path folder;

  @BeforeAll
  static void needDpdk() {
    InstalledDpdk.loadOrSkip();
  }

  /** EAL leaves its runtime folder behind, empty with --no-shconf; only root has one there. */
  @AfterEach
  void removeRuntimeFolder() throws Exception {
    Files.deleteIfExists(Path.of("/var/run/dpdk", PREFIX));
  }

  @Test
  void printsAnArrayWithOneObjectAPort() throws Exception {
    JsonNode ports =
        new ObjectMapper().readTree(gatunPorts(0, "--vdev=net_null0", "--vdev=net_null1"));
    assertThat(ports.isArray()).isTrue();
    assertThat(ports).hasSize(2);
    for (int i = 0; i < 2; i++) {
      assertThat(ports.get(i).get("port").asInt()).isEqualTo(i);
      assertThat(ports.get(i).get("name").asText()).isEqualTo("net_null" + i);
      assertThat(ports.get(i).get("driver").asText()).isEqualTo("net_null");
      assertThat(ports.get(i).get("mac").asText()).matches("([0-9a-f]{2}:){5}[0-9a-f]{2}");
      assertThat(ports.get(i).at("/tx_offloads/inner").isArray()).isTrue();
      assertThat(ports.get(i).at("/tx_offloads/outer").isArray()).isTrue();
    }
  }

  @Test
  void noPortIsAnEmptyArrayAndAHint() throws Exception {
    assertThat(gatunPorts(0).strip()).isEqualTo("[]");
    assertThat(errors()).contains("--vdev=net_tap0");
  }

  @Test
  void aDeviceThatCannotBeIsOneLineAndExitCode1() throws Exception {
    assertThat(gatunPorts(1, "--vdev=net_nonsense0")).isEmpty();
    assertThat(errors().lines().filter(line -> line.startsWith("gatun ports: ")))
        .singleElement()
        .asString()
        .contains("net_nonsense0");
  }

  /** Standard output of {@code gatun ports ... -- --json}, which must end with {@code code}. */
  private String gatunPorts(int code, String... devices) throws Exception {
    CommandServices.write(folder);
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "-XX:+UseSerialGC", "-cp"));
    command.add(folder + File.pathSeparator + System.getProperty("java.class.path"));
    command.add(Main.class.getName());
    command.addAll(List.of("ports", "--no-pci", "--no-huge", "--no-shconf", "-m", "64"));
    command.add("--file-prefix=" + PREFIX);
    command.addAll(List.of(devices));
    command.addAll(List.of("--", "--json"));
    Process process =
        new ProcessBuilder(command).redirectError(folder.resolve("err").toFile()).start();
    process.getOutputStream().close();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(errors()).isEqualTo(code);
    return out;
  }

  private String errors() throws Exception {
    return Files.readString(folder.resolve("err"));
  }
}
