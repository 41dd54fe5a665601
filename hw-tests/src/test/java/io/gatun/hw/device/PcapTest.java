package io.gatun.hw.device;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatun.hw.tool.Tool;
import io.gatun.pmd.Burst;
import io.gatun.pmd.MacAddress;
import io.gatun.pmd.Mbuf;
import io.gatun.pmd.PacketStage;
import io.gatun.pmd.PollLoop;
import io.gatun.pmd.Port;
import io.gatun.pmd.forward.Stream;
import io.gatun.pmd.forward.TestStreams;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Files in, files out: net_pcap reads what scapy wrote, and scapy and tshark read what it wrote.
 */
@Tag("dpdk")
class PcapTest {
  /** Port n reads one of the inputs and writes {@code out<n>.pcap}. */
  private static final List<String> INPUTS = List.of("mixed", "mixed", "mixed", "jumbo", "jumbo");

  private static final int MIXED_PACKETS = 600;
  private static final int JUMBO_PACKETS = 60;

  private static final Path DIRECTORY = makeDirectory();

  @RegisterExtension static final EalFixture DPDK = EalFixture.with(PcapTest::devices);

  private static Path makeDirectory() {
    try {
      return Files.createTempDirectory("gatun-pcap");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Path file(String name) {
    return DIRECTORY.resolve(name + ".pcap");
  }

  private static List<String> devices() {
    Tool.assumeScapy();
    Tool.scapy(
        """
        random.seed(42)
        def payload(n):
            return Raw(bytes(random.randrange(256) for i in range(n)))
        def ether():
            return Ether(dst=RandMAC()._fix(), src=RandMAC()._fix())
        kinds = [
            lambda n: ether() / IP(src="198.18.0.1", dst="198.19.0.1") / UDP() / payload(n),
            lambda n: ether() / IP(src="198.18.0.1", dst="198.19.0.1") / TCP() / payload(n),
            lambda n: ether() / IPv6(src="2001:2::1", dst="2001:2::2") / UDP() / payload(n),
            lambda n: ether() / Dot1Q(vlan=7) / IP() / ICMP() / payload(n),
            lambda n: ether() / ARP(pdst="198.18.0.1"),
            lambda n: ether() / payload(n),
        ]
        mixed = [kinds[i % 6](random.randrange(0, 1400)) for i in range(int(sys.argv[3]))]
        jumbo = [kinds[i % 3](random.randrange(2000, 8900)) for i in range(int(sys.argv[4]))]
        wrpcap(sys.argv[1], mixed)
        wrpcap(sys.argv[2], jumbo)
        """,
        file("mixed"), file("jumbo"), MIXED_PACKETS, JUMBO_PACKETS);
    String[] devices = new String[INPUTS.size()];
    for (int i = 0; i < devices.length; i++) {
      devices[i] =
          "--vdev=net_pcap%d,rx_pcap=%s,tx_pcap=%s"
              .formatted(i, file(INPUTS.get(i)), file("out" + i));
    }
    return Arrays.asList(devices);
  }

  @AfterAll
  static void removeFiles() throws IOException {
    try (java.util.stream.Stream<Path> files = Files.list(DIRECTORY)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(DIRECTORY);
  }

  /** Forwards a port's whole file to itself. */
  private static void forward(int id, PacketStage... stages) {
    Port port = DPDK.start(id);
    Stream stream =
        TestStreams.forward(
            port.rxQueues().getFirst(), port.txQueues().getFirst(), List.of(stages), 32);
    int packets = INPUTS.get(id).equals("jumbo") ? JUMBO_PACKETS : MIXED_PACKETS;
    PollLoop loop = DPDK.launch(stream);
    EalFixture.await(
        "the file's end", () -> stream.counters().transmitted() >= packets || loop.hasEnded());
    loop.stop();
    DPDK.stopLoops();
    EalFixture.rethrow(loop);
    port.stop(); // which writes the rest of the file
    assertThat(stream.counters().received()).isEqualTo(packets);
    assertThat(stream.counters().dropped()).isZero();
  }

  /** Fails unless each packet that went out is {@code change(packet)} of the one that came in. */
  private static void assertChanged(int id, String change) {
    String result =
        Tool.scapy(
            """
            def packets(name):
                return [data for data, _ in RawPcapReader(name)]
            def change(p):
                return %s
            want = [change(p) for p in packets(sys.argv[1])]
            have = packets(sys.argv[2])
            wrong = [i for i in range(min(len(want), len(have))) if want[i] != have[i]]
            print(len(want), len(have), len(wrong))
            """
                .formatted(change),
            file(INPUTS.get(id)),
            file("out" + id));
    int packets = INPUTS.get(id).equals("jumbo") ? JUMBO_PACKETS : MIXED_PACKETS;
    assertThat(result.strip()).isEqualTo("%d %d 0".formatted(packets, packets));
  }

  @Test
  void ioKeepsEveryByteAndTheOrder() {
    forward(0);

    assertChanged(0, "p");
  }

  @Test
  void macswapSwapsTheAddressesOnly() {
    forward(1, TestStreams.macSwap());

    assertChanged(1, "p[6:12] + p[0:6] + p[12:]");
    Tool.assume("tshark", "tshark", "--version");
    assertThat(addresses("out1", "eth.src", "eth.dst"))
        .hasSize(MIXED_PACKETS)
        .isEqualTo(addresses("mixed", "eth.dst", "eth.src"));
  }

  private static List<String> addresses(String name, String first, String second) {
    return Tool.run(
            "tshark", "-n", "-r", file(name).toString(), "-T", "fields", "-e", first, "-e", second)
        .orFail()
        .lines()
        .toList();
  }

  @Test
  void macWritesBothAddressesAndNothingElse() {
    MacAddress destination = MacAddress.parse("02:00:00:00:00:0a");
    MacAddress source = MacAddress.parse("02:11:22:33:44:55");
    forward(2, TestStreams.mac(destination, source));

    assertChanged(2, "bytes.fromhex('02000000000a') + bytes.fromhex('021122334455') + p[12:]");
  }

  /** Packets larger than a buffer arrive as several segments. */
  private static final class CountSegments implements PacketStage {
    private final Mbuf mbuf = new Mbuf();
    private int most;

    @Override
    public String name() {
      return "count segments";
    }

    @Override
    public int process(Burst burst) {
      for (int i = 0; i < burst.size(); i++) {
        most = Math.max(most, mbuf.wrap(burst.get(i)).segments());
      }
      return 0;
    }
  }

  @Test
  void ioKeepsChainedPackets() {
    CountSegments count = new CountSegments();
    forward(3, count);

    assertThat(count.most).isEqualTo(5);
    assertChanged(3, "p");
  }

  @Test
  void macswapKeepsTheRestOfChainedPackets() {
    forward(4, TestStreams.macSwap());

    assertChanged(4, "p[6:12] + p[0:6] + p[12:]");
  }
}
