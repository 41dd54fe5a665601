package io.gatun.hw.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.gatun.hw.tool.GatunProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Bad input and faults: one clear line, exit 1 or 2, nothing left behind. */
@Tag("dpdk")
@Tag("slow")
class FaultsIT {
  private static final String[] TWO_PORTS = {
    "-l", "0-1", "--no-pci", "--in-memory", "--vdev=net_null0", "--vdev=net_null1"
  };

  private final String prefix = GatunProcess.uniquePrefix();

  private String[] forward(String[] eal, String... options) {
    List<String> line = new ArrayList<>(List.of("forward"));
    line.addAll(List.of(eal));
    line.add("--file-prefix=" + prefix);
    line.add("--");
    line.addAll(List.of(options));
    return line.toArray(String[]::new);
  }

  private static void assertOneLine(GatunProcess gatun, int status, String... parts) {
    assertThat(gatun.exitStatus()).as(gatun.errors()).isEqualTo(status);
    assertThat(gatun.messages()).as(gatun.errors()).hasSize(1);
    assertThat(gatun.messages().getFirst()).startsWith("gatun").contains(parts);
    assertThat(gatun.output()).isEmpty();
  }

  static Stream<Arguments> wrongOptions() {
    return Stream.of(
        Arguments.of(List.of("--burst", "0"), "--burst: 0 is not in [1, 512]"),
        Arguments.of(List.of("--burst", "513"), "--burst: 513 is not in [1, 512]"),
        Arguments.of(List.of("--burst", "many"), "many"),
        Arguments.of(List.of("--mode", "teleport"), "teleport"),
        Arguments.of(List.of("--no-such-option"), "--no-such-option"),
        Arguments.of(List.of("--ports", "1-0"), "1-0"),
        Arguments.of(List.of("--ports", "a"), "numbers and ranges are needed"),
        Arguments.of(List.of("--ports", "7"), "port 7 does not exist"),
        Arguments.of(List.of("--rxq", "0"), "--rxq: 0 is not in [1, 1024]"),
        Arguments.of(List.of("--rxq", "2", "--txq", "1"), "--txq: 1 is less than --rxq 2"),
        Arguments.of(List.of("--txd", "70000"), "--txd: 70000 is not in [1, 65535]"),
        Arguments.of(List.of("--mtu", "67"), "--mtu: 67 is not in [68, "),
        Arguments.of(List.of("--flows", "65537"), "--flows: 65537 is not in [1, 65536]"),
        Arguments.of(List.of("--txpkts", "10"), "--txpkts: 10 is not in [64, 2048]"),
        Arguments.of(List.of("--seconds", "-1"), "none may be negative"),
        Arguments.of(List.of("--mbcache", "513"), "mempool cache: 513 is not in [0, 512]"),
        Arguments.of(List.of("--metrics", "x"), "PORT or HOST:PORT is needed"));
  }

  @ParameterizedTest
  @MethodSource("wrongOptions")
  void aWrongOptionIsWrongUsage(List<String> options, String message) {
    try (GatunProcess gatun =
        GatunProcess.start(forward(TWO_PORTS, options.toArray(String[]::new)))) {
      assertOneLine(gatun, 2, "gatun forward: ", message);
    }
  }

  @Test
  void anUnknownCommandIsWrongUsage() {
    try (GatunProcess gatun = GatunProcess.start("forwrad")) {
      assertOneLine(gatun, 2, "\"forwrad\" is not a command; there are", "forward");
    }
  }

  static Stream<Arguments> wrongEalArguments() {
    return Stream.of(
        Arguments.of(List.of("--no-such-eal-option"), "unrecognized option"),
        Arguments.of(List.of("-l", "zero"), "-l zero"),
        Arguments.of(List.of("-l", "900"), "-l 900"),
        Arguments.of(List.of("--vdev=net_nonsense0"), "net_nonsense0"),
        Arguments.of(List.of("--iova-mode=sideways"), "iova-mode"),
        Arguments.of(List.of("-l", "0-1", "--in-memory", "-m", "99999999"), "huge pages"));
  }

  @ParameterizedTest
  @MethodSource("wrongEalArguments")
  void aWrongEalArgumentIsOneLineWithEalsOwnWords(List<String> eal, String message) {
    List<String> arguments = new ArrayList<>(eal);
    arguments.add("--no-pci");
    try (GatunProcess gatun =
        GatunProcess.start(forward(arguments.toArray(String[]::new), "--seconds", "1"))) {
      assertOneLine(gatun, 1, "gatun forward: EAL did not start with", message);
    }
  }

  @Test
  void noWorkerLcoreIsSaid() {
    String[] eal = {"-l", "0", "--no-pci", "--in-memory", "--vdev=net_null0"};
    try (GatunProcess gatun = GatunProcess.start(forward(eal))) {
      assertOneLine(gatun, 2, "no worker lcore", "-l 0-1");
    }
  }

  @Test
  void noPortIsSaid() {
    String[] eal = {"-l", "0-1", "--no-pci", "--in-memory"};
    try (GatunProcess gatun = GatunProcess.start(forward(eal))) {
      assertOneLine(gatun, 2, "there is no port", "--vdev=net_tap0");
    }
  }

  @Test
  void tooFewHugePagesForThePoolAreSaid() {
    try (GatunProcess gatun = GatunProcess.start(forward(TWO_PORTS, "--mbufs", "60000000"))) {
      assertOneLine(gatun, 1, "60000000 mbufs", "ENOMEM", "reserve huge pages");
    }
  }

  @Test
  void moreQueuesThanThePortHasAreSaid() {
    String[] eal = {"-l", "0-1", "--no-pci", "--in-memory", "--vdev=net_memif0,role=server"};
    try (GatunProcess gatun = GatunProcess.start(forward(eal, "--rxq", "300"))) {
      assertOneLine(gatun, 2, "rxq: 300 is not in [1, 255]", "net_memif0");
    }
  }

  @Test
  void withoutPrivilegesTheRemedyIsNamed(@TempDir Path folder) throws IOException {
    assumeTrue(Files.exists(Path.of("/usr/bin/setpriv")), "setpriv (util-linux) is missing");
    Path lib = Path.of(System.getProperty("gatun.lib", ""));
    assumeTrue(
        Files.isReadable(lib) && readableByOthers(lib), lib + " cannot be read by other users");
    List<String> asNobody =
        List.of("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--inh-caps=-all");
    String[] eal = {"-l", "0-1", "--no-pci", "--vdev=net_null0"};
    try (GatunProcess gatun =
        GatunProcess.start(asNobody, List.of("-Djava.io.tmpdir=" + folder), forward(eal))) {
      assertThat(gatun.exitStatus()).isEqualTo(1);
      assertThat(gatun.messages().getLast())
          .startsWith("gatun forward: EAL did not start with")
          .containsAnyOf("run as root", "huge pages");
    }
  }

  private static boolean readableByOthers(Path path) throws IOException {
    for (Path p = path.toAbsolutePath(); p != null; p = p.getParent()) {
      if (!Files.getPosixFilePermissions(p).toString().contains("OTHERS_EXECUTE")) {
        return false;
      }
    }
    return true;
  }

  @Test
  void aMissingDpdkNamesThePackage(@TempDir Path empty) {
    try (GatunProcess gatun =
        GatunProcess.start(List.of(), List.of("-Dgatun.dpdk.dir=" + empty), forward(TWO_PORTS))) {
      assertOneLine(gatun, 1, "DPDK not found in gatun.dpdk.dir=" + empty, "apt-get install dpdk");
    }
  }

  @Test
  void anUnknownAbiIsNamed(@TempDir Path folder) throws IOException {
    Files.createFile(folder.resolve("librte_eal.so.99"));
    try (GatunProcess gatun =
        GatunProcess.start(List.of(), List.of("-Dgatun.dpdk.dir=" + folder), forward(TWO_PORTS))) {
      assertOneLine(gatun, 1, "ABI without an offset table", "librte_eal.so.99", "22.11");
    }
  }

  @Test
  void aLibraryThatIsNoneIsNamed(@TempDir Path folder) throws IOException {
    Files.writeString(folder.resolve("librte_eal.so.23"), "not a library");
    try (GatunProcess gatun =
        GatunProcess.start(List.of(), List.of("-Dgatun.dpdk.dir=" + folder), forward(TWO_PORTS))) {
      assertOneLine(gatun, 1, "librte_eal.so.23 cannot be loaded", "install DPDK completely");
    }
  }

  @Test
  void aSecondInstanceWithTheSamePrefixIsRefused() {
    assumeHugetlbfs();
    String[] eal = {"-l", "0-1", "--no-pci", "-m", "128", "--vdev=net_null0"};
    try (GatunProcess first = GatunProcess.start(forward(eal, "--stats-period=0.2"))) {
      first.awaitFirstTable();
      try (GatunProcess second = GatunProcess.start(forward(eal))) {
        assertOneLine(second, 1, "another DPDK process has this --file-prefix");
      }
      first.signal("TERM");
      assertThat(first.exitStatus()).isZero();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"TERM", "INT"})
  void aSignalUnderLoadEndsInOrder(String signal) throws IOException {
    String tap = "gtit" + ProcessHandle.current().pid() % 100000;
    String[] eal = {
      "-l", "0-1", "--no-pci", "--in-memory", "--vdev=net_null0", "--vdev=net_tap0,iface=" + tap
    };
    // A shell ignores SIGINT for what it starts in the background (scripts/test does), and so would
    // every program below it.
    List<String> listening = List.of("env", "--default-signal=" + signal);
    String[] command = forward(eal, "--mode=macswap", "--stats-period=0.2", "--json");
    try (GatunProcess gatun = GatunProcess.start(listening, List.of(), command)) {
      gatun.awaitFirstTable();
      gatun.signal(signal);

      assertThat(gatun.exitStatus()).as(gatun.errors()).isZero();
      JsonNode summary = gatun.json();
      assertThat(summary.path("packets").asLong()).isPositive();
      assertThat(summary.path("lost_mbufs").asLong(-1)).isZero();
      assertThat(Path.of("/sys/class/net", tap)).doesNotExist();
      assertNothingLeft();
    }
  }

  @Test
  void aTapDeletedUnderUsEndsTheRun() throws IOException {
    String tap = "gtdl" + ProcessHandle.current().pid() % 100000;
    String[] eal = {
      "-l", "0-1", "--no-pci", "--in-memory", "--vdev=net_tap0,iface=" + tap, "--vdev=net_null0"
    };
    try (GatunProcess gatun = GatunProcess.start(forward(eal, "--stats-period=0.2"))) {
      gatun.awaitFirstTable();
      GatunProcess.run("ip", "link", "del", tap);

      assertThat(gatun.exitStatus()).as(gatun.errors()).isEqualTo(1);
      assertThat(gatun.messages().getLast())
          .startsWith("gatun forward: port 0 (net_tap0, net_tap) is gone")
          .contains("interface deleted");
      assertNothingLeft();
    }
  }

  @Test
  void helpGoesToStandardOutput() {
    try (GatunProcess gatun = GatunProcess.start("forward", "--help")) {
      assertThat(gatun.exitStatus()).isZero();
      assertThat(gatun.output())
          .contains("gatun forward [EAL arguments] -- [options]", "--port-topology");
    }
  }

  private void assertNothingLeft() throws IOException {
    assertNothingLeft(prefix);
  }

  static void assertNothingLeft(String prefix) throws IOException {
    assertThat(Path.of("/var/run/dpdk", prefix)).doesNotExist();
    Path hugePages = Path.of("/dev/hugepages");
    if (Files.isDirectory(hugePages)) {
      try (Stream<Path> files = Files.list(hugePages)) {
        assertThat(files.map(Path::toString)).noneMatch(name -> name.contains(prefix));
      }
    }
  }

  static void assumeHugetlbfs() {
    String mounts = GatunProcess.run("cat", "/proc/mounts");
    assumeTrue(mounts.contains(" hugetlbfs "), "no hugetlbfs is mounted: scripts/test mounts it");
  }
}
