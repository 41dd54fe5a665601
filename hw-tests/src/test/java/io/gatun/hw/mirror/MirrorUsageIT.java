package io.gatun.hw.mirror;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatun.hw.tool.GatunProcess;
import io.gatun.hw.tool.Pcap;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Sessions that cannot be: exit status 2, and one line with the value, what is allowed, a remedy.
 */
@Tag("dpdk")
@Tag("slow")
class MirrorUsageIT {
  private static final String ENDS = "local=192.0.2.1,remote=192.0.2.2";

  @TempDir Path folder;

  private static GatunProcess start(List<String> eal, String... options) {
    List<String> line = new ArrayList<>(List.of("mirror", "--no-pci", "--in-memory", "-m", "64"));
    line.add("--file-prefix=" + GatunProcess.uniquePrefix());
    line.addAll(eal);
    line.addAll(List.of("--", "--seconds", "1", "--stats-period", "0"));
    line.addAll(List.of(options));
    return GatunProcess.start(line.toArray(String[]::new));
  }

  private static final List<String> THREE_PORTS =
      List.of("-l", "0-1", "--vdev=net_null0", "--vdev=net_null1", "--vdev=net_null2");

  private static void assertRefused(GatunProcess gatun, List<String> said) {
    assertThat(gatun.exitStatus()).as(gatun.errors()).isEqualTo(2);
    List<String> lines =
        gatun.messages().stream().filter(line -> line.startsWith("gatun ")).toList();
    assertThat(lines).as(gatun.errors()).hasSize(1);
    assertThat(lines.getFirst()).contains(said);
    assertThat(gatun.errors()).doesNotContain("Exception", "\tat ");
  }

  /** A good command line with other options behind it, and what is said to them. */
  private static Arguments with(String options, String... said) {
    return Arguments.of(Arrays.asList(options.split(" (?=--)")), List.of(said));
  }

  static Stream<Arguments> wrongOptions() {
    String good = "--ports 0,1 --source 0:rx --to port:2 ";
    String to = "--ports 0,1 --source 0:rx --to ";
    return Stream.of(
        // ports
        with("--ports 0,1 --source 0 --to port:0", "port 0", "source of the same session"),
        with("--ports 0,1 --source 0 --to port:1", "port 1", "loop", "nobody else uses"),
        with("--ports 0,1 --source 2 --to port:2", "port 2", "source of the same session"),
        with(
            good + "--session name=b source=2:rx to=port:2",
            "port 2",
            "source of the same session"),
        with(
            "--ports 0 --source 0 --to port:1 --session name=b source=1 to=port:2",
            "port 1",
            "mirror of a mirror"),
        with("--ports 0,1 --source 0 --to port:7", "port 7 does not exist", "2 (net_null2)"),
        with("--ports 0,1 --source 9 --to port:2", "port 9 does not exist", "0 (net_null0)"),
        with("--ports 0 --source 2 --to port:1", "nobody receives or sends on port 2"),
        with("--ports 0 --source 0 --to gre:" + ENDS, "names no port", "net_null1", "net_null2"),
        with("--source 0 --to gre:" + ENDS, "names no port", "--ports"),
        with(good + "--monitors 1", "--monitors", "port 1"),
        // what a session needs
        with("--ports 0,1", "--source", "--to", "--session"),
        with("--ports 0,1 --source 0:rx", "to is missing"),
        with("--ports 0,1 --to port:2", "source is missing"),
        with("--ports 0,1 --source 0:xr --to port:2", "\"xr\"", "rx, tx, both"),
        with("--ports 0,1 --source :rx --to port:2", "names no port"),
        with(good + "--source 0:rx", "0:rx", "twice"),
        with(good + "--to port:2", "port:2", "twice"),
        with(good + "--name a.b", "\"a.b\"", "letters, digits and _"),
        with(good + "--session name=mirror source=1 to=port:2", "two sessions \"mirror\""),
        with(good + "--session name=b sauce=1 to=port:2", "\"sauce\"", "did you mean \"source\""),
        with(good + "--session name=b source=1 to=port:2 rubbish", "\"rubbish\""),
        with(good + "--mode rxonly", "--mode rxonly", "io, mac or macswap"),
        // destinations
        with(to + "prot:2", "\"prot\"", "did you mean \"port\"", "erspan2"),
        with(to + "port:", "port:N"),
        with(to + "erspan2:port=2," + ENDS, "session is missing", "[0, 1023]"),
        with(to + "erspan2:port=2,session=1024," + ENDS, "1024", "[0, 1023]"),
        with(to + "erspan2:port=2,session=1", "local is missing"),
        with(to + "erspan2:port=2,sesion=1," + ENDS, "\"sesion\"", "did you mean \"session\""),
        with(to + "erspan3:port=2,session=1,hwid=64," + ENDS, "64", "[0, 63]"),
        with(to + "rspan:port=2,vlan=4095", "4095", "[1, 4094]"),
        with(to + "rspan:port=2", "vlan is missing"),
        with(to + "vxlan:port=2,vni=16777216," + ENDS, "16777216", "[0, 16777215]"),
        with(to + "vxlan:port=2,vni=1,udp-port=65536," + ENDS, "65536", "[1, 65535]"),
        with(to + "gre:port=2,local=192.0.2.1,remote=2001:db8::1", "IP version"),
        with(to + "gre:port=2,port=2," + ENDS, "port stands there twice"),
        with(to + "pcapng:/no/such/folder/x.pcapng", "/no/such/folder", "mkdir"),
        with(to + "pcapng:/tmp", "is a directory"),
        with(to + "pcapng:/tmp/x.pcapng,size=10", "10", "4000"),
        with(to + "pcapng:/tmp/x.pcapng,sise=10MB", "\"sise\""),
        with(to + "pcapng:/tmp/x.pcapng,files=3", "files", "size"),
        // numbers
        with(good + "--filter tcp prot 80", "prot", "^", "pcap-filter"),
        with(good + "--filter-inner tcp port", "filter"),
        with(good + "--sample 0", "sample: 0", "[1, 1000000]"),
        with(good + "--sample 10:flaw", "10:flaw", "N:flow"),
        with(good + "--snaplen 13", "snaplen: 13", "[14, 65535]"),
        with(good + "--snaplen 0", "snaplen: 0", "[14, 65535]"),
        with(good + "--snaplen 65536", "snaplen: 65536", "[14, 65535]"),
        with(good + "--rate 10", "\"10\"", "1Mpps"),
        with(good + "--rate 0pps", "rate: 0", "[1, "),
        with(good + "--policy hodl", "\"hodl\"", "did you mean \"hold\""),
        with(good + "--hold-max 100", "hold-max", "\"100\"", "us"),
        with(good + "--hold-max 2s", "hold-max: 2000000us", "[1us, 1000000us]"),
        with(good + "--deadline 10us", "deadline: 10us", "1000us"),
        with(good + "--backlog 0", "backlog: 0", "[1, 1048576]"),
        with(good + "--backlog 100 --policy hold", "backlog: 100", "[1024, "),
        with(good + "--max-held 100", "max-held: 100", "[2048, "),
        with(good + "--completion magic", "\"magic\"", "burst, refcnt, status"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("wrongOptions")
  void isRefusedInOneLine(List<String> options, List<String> said) {
    List<String> words = new ArrayList<>();
    for (String option : options) {
      words.addAll(Arrays.asList(option.strip().split(" ", 2)));
    }
    try (GatunProcess gatun = start(THREE_PORTS, words.toArray(String[]::new))) {
      assertRefused(gatun, said);
    }
  }

  /** Two lcores forward, and the destination has one queue. */
  @Test
  void anLcoreNeedsAQueueOfItsOwn() throws IOException {
    Path empty = Pcap.writeEmpty(folder.resolve("empty.pcap"));
    List<String> eal =
        List.of(
            "--lcores",
            "(0-2)@0",
            "--vdev=net_null0",
            "--vdev=net_null1",
            "--vdev=net_pcap2,rx_pcap=%s,tx_pcap=%s".formatted(empty, folder.resolve("m.pcap")));
    try (GatunProcess gatun =
        start(eal, "--ports", "0,1", "--source", "0:both", "--to", "port:2")) {
      assertRefused(gatun, List.of("port 2", "1 transmit queue", "2 lcores", "-l 0-1"));
    }
  }

  @Test
  void aBondIsRefusedWithTheReason() {
    List<String> eal =
        List.of(
            "-l",
            "0-1",
            "--vdev=net_null0",
            "--vdev=net_null1",
            "--vdev=net_bonding0,mode=0,slave=net_null1");
    try (GatunProcess gatun = start(eal, "--ports", "0", "--source", "0", "--to", "port:2")) {
      assertRefused(gatun, List.of("port 2", "bond", "references", "no bond"));
    }
  }

  @Test
  void aTapHasSixtyFourLanes() {
    List<String> options = new ArrayList<>(List.of("--ports", "0,1"));
    for (int i = 0; i <= 64; i++) {
      options.add("--session");
      options.add("name=s%d source=0:rx to=port:2".formatted(i));
    }
    try (GatunProcess gatun = start(THREE_PORTS, options.toArray(String[]::new))) {
      assertRefused(gatun, List.of("65 destinations", "at most 64"));
    }
  }

  /** A file's mistakes are named with their line. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "underlay:both     | underlay:bath | run.yaml:6: | \"bath\"",
        "underlay:both     | nowhere:rx    | run.yaml:6: | port nowhere does not exist",
        "port:monitor      | port:tenant   | run.yaml:6: | claimed by \"forward\" and by \"mirror\"",
        "port:monitor      | port:underlay | run.yaml:6: | source of the same session",
        "snaplen: 128      | snaplen: 5    | run.yaml:6: | [14, 65535]",
        "snaplen: 128      | snaplan: 5    | run.yaml:6: | did you mean",
        "max-held: 4096    | max-held: 1   | run.yaml:4: | [2048, 1048576]",
        "underlay:both     | monitor       | run.yaml:6: | source of the same session",
        "completion: auto  | completion: x | run.yaml:4: | burst, refcnt, status"
      })
  void mistakesInAFileHaveTheirLine(String right, String wrong, String place, String said)
      throws IOException {
    String yaml =
        """
        ports: {tenant: {id: 0}, underlay: {id: 1}, monitor: {id: 2}}
        forward: [{from: tenant, to: underlay}, {from: underlay, to: tenant}]
        session: {seconds: 1, stats-period: 0}
        mirror: {max-held: 4096, completion: auto,
          sessions: [
            {name: web, source: ["underlay:both"], to: ["port:monitor"], snaplen: 128}]}
        """;
    Path file = folder.resolve("run.yaml");
    Files.writeString(file, yaml.replace(right, wrong));
    List<String> line = new ArrayList<>(List.of("run", "--no-pci", "--in-memory", "-m", "64"));
    line.add("--file-prefix=" + GatunProcess.uniquePrefix());
    line.addAll(THREE_PORTS);
    line.addAll(List.of("--", "--config", file.toString()));
    try (GatunProcess gatun = GatunProcess.start(line.toArray(String[]::new))) {
      assertThat(gatun.exitStatus()).as(gatun.errors()).isEqualTo(2);
      assertThat(gatun.errors()).contains(place, said);
    }
  }
}
