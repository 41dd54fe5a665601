package io.gatun.hw.mirror;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.gatun.hw.tool.GatunProcess;
import io.gatun.hw.tool.Pcap;
import io.gatun.hw.tool.Tool;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * {@code gatun mirror} over files: port 0 has packets, port 1 gets them, others are destinations.
 */
final class MirrorRun {
  /** How many packets {@link #writePackets} makes. */
  static final int PACKETS = 5200;

  /** 60 to 9000 bytes, IPv4, IPv6, tagged, tunnelled, TCP, UDP, and Ethernet that is no IP. */
  private static final String MIXED =
      """
      import random
      random.seed(4)
      ether = Ether(src="02:00:00:00:00:02", dst="02:00:00:00:00:01")
      def ip(n, six):
          return (IPv6(src="2001:db8::%x" % (n % 50 + 1), dst="2001:db8::ffff") if six
                  else IP(src="192.0.2.%d" % (n % 50 + 1), dst="198.51.100.1", id=n % 65536))
      def transport(n):
          port = random.choice([80, 443, 53, 8080])
          return (TCP(sport=1024 + n % 500, dport=port, seq=n) if n % 3
                  else UDP(sport=1024 + n % 500, dport=port))
      def frame(n):
          size = (random.choice([9000, 4000, 2100]) if n % 97 == 0
                  else random.choice([0, 20, 200, 700, 1400]))
          inner = ip(n, n % 5 == 0) / transport(n)
          kind = n % 11
          head = ether
          if kind == 1:
              head = ether / Dot1Q(vlan=n % 4000 + 1)
          elif kind == 2:
              head = ether / IP(src="203.0.113.1", dst="203.0.113.2") / UDP(dport=4789) / VXLAN(vni=n) / ether
          elif kind == 3:
              return ether / ARP(pdst="192.0.2.%d" % (n % 250)) / Raw(b"\\0" * 18)
          p = head / inner
          left = max(0, min(size, 9000 - len(p)))
          p = p / Raw(random.randbytes(left))
          return p if len(p) >= 60 else p / Padding(b"\\0" * (60 - len(p)))
      wrpcap(sys.argv[1], [frame(n) for n in range(int(sys.argv[2]))])
      """;

  private final Path folder;
  private final List<String> devices = new ArrayList<>();

  /**
   * @param in what port 0 receives
   * @param folder for what is written: b.pcap by port 1, mN.pcap by port N + 2
   * @param monitors ports beside the two that forward
   */
  MirrorRun(Path in, Path folder, int monitors) {
    this.folder = folder;
    Path empty = Pcap.writeEmpty(folder.resolve("empty.pcap"));
    String device = "--vdev=net_pcap%d,rx_pcap=%s,tx_pcap=%s";
    devices.add(device.formatted(0, in, folder.resolve("a.pcap")));
    devices.add(device.formatted(1, empty, folder.resolve("b.pcap")));
    for (int i = 0; i < monitors; i++) {
      devices.add(device.formatted(i + 2, empty, folder.resolve("m" + i + ".pcap")));
    }
  }

  /** Makes {@link #PACKETS} packets. */
  static void writePackets(Path file) {
    Tool.scapy(MIXED, file, PACKETS);
  }

  /** Starts {@code gatun mirror} with ports 0 and 1 forwarding. */
  GatunProcess start(String... options) {
    List<String> line = new ArrayList<>(List.of("mirror", "--no-pci", "--in-memory"));
    line.addAll(List.of("-l", "0-1", "--file-prefix=" + GatunProcess.uniquePrefix()));
    line.addAll(devices);
    line.addAll(List.of("--", "--ports", "0,1"));
    line.addAll(List.of(options));
    line.addAll(List.of("--until-idle", "1s", "--json", "--stats-period", "0"));
    return GatunProcess.start(line.toArray(String[]::new));
  }

  /** Runs until nothing comes any more; returns the summary, which has been checked. */
  JsonNode run(String... options) {
    try (GatunProcess gatun = start(options)) {
      assertThat(gatun.exitStatus())
          .as("%s: %s", Arrays.toString(options), gatun.errors())
          .isZero();
      JsonNode summary = gatun.json();
      assertThat(summary.path("command").asText()).isEqualTo("mirror");
      assertSound(summary);
      return summary;
    }
  }

  /**
   * No buffer lost, none in a wrong state, every matched packet mirrored or dropped for a reason.
   */
  static void assertSound(JsonNode summary) {
    assertThat(summary.path("lost_mbufs").asLong(-1)).as("%s", summary).isZero();
    assertThat(summary.path("mirror").path("faults").asLong(-1)).as("%s", summary).isZero();
    assertThat(summary.path("mirror").path("held").asLong(-1)).as("%s", summary).isZero();
    for (JsonNode session : summary.path("mirror").path("sessions")) {
      long dropped = 0;
      for (JsonNode count : session.path("dropped")) {
        dropped += count.asLong();
      }
      assertThat(session.path("mirrored").asLong() + dropped)
          .as("%s", session)
          .isEqualTo(session.path("matched").asLong() + session.path("segments").asLong());
    }
  }

  /** What port 1 sent. */
  List<byte[]> forwarded() {
    return Pcap.read(folder.resolve("b.pcap"));
  }

  /** What destination {@code index} got. */
  List<byte[]> mirrored(int index) {
    return Pcap.read(mirrorFile(index));
  }

  Path mirrorFile(int index) {
    return folder.resolve("m" + index + ".pcap");
  }

  /** Compares packets, byte by byte and in order; says which one differs. */
  static void assertSame(List<byte[]> actual, List<byte[]> expected) {
    assertThat(actual).hasSameSizeAs(expected);
    for (int i = 0; i < actual.size(); i++) {
      assertThat(actual.get(i)).as("packet %d", i).isEqualTo(expected.get(i));
    }
  }

  /** The first {@code bytes} of each packet. */
  static List<byte[]> cut(List<byte[]> packets, int bytes) {
    return packets.stream().map(p -> Arrays.copyOf(p, Math.min(p.length, bytes))).toList();
  }

  /** Each packet without its first {@code bytes}. */
  static List<byte[]> without(List<byte[]> packets, int bytes) {
    return packets.stream().map(p -> Arrays.copyOfRange(p, bytes, p.length)).toList();
  }
}
