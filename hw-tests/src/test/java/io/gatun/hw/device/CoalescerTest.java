package io.gatun.hw.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.gatun.bindings.Memory;
import io.gatun.bindings.RteMbufFlags;
import io.gatun.hw.tool.Tool;
import io.gatun.offload.Coalescer;
import io.gatun.pmd.Burst;
import io.gatun.pmd.Mbuf;
import io.gatun.pmd.PacketStage;
import io.gatun.pmd.PollLoop;
import io.gatun.pmd.Port;
import io.gatun.pmd.PortConfig;
import io.gatun.pmd.forward.Stream;
import io.gatun.pmd.forward.TestStreams;
import io.gatun.pmd.wire.Headers;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * TCP segments that scapy made, merged within one burst, judged by scapy and tshark: every flow
 * carries the same bytes in the same order, every header is right, and what must not be merged is
 * not.
 */
@Tag("dpdk")
@Tag("slow")
class CoalescerTest {
  private static final int BURST = Burst.MAX_CAPACITY;

  /** Two segments of 1448 bytes, or four of 700, with 52 bytes of headers. */
  private static final int MTU = 2960;

  /** Frames from this address keep the driver's verdict, which is none. */
  private static final int UNVERIFIED = 0xff;

  /** What net_pcap writes of a packet of several mbufs at most: RTE_ETH_PCAP_SNAPLEN. */
  private static final int PCAP_LIMIT = 16128;

  private static final Path DIRECTORY = makeDirectory();

  @RegisterExtension static final EalFixture DPDK = EalFixture.with(CoalescerTest::devices);

  /** The cases: segments as (payload, changes), and the payloads that must come out. */
  private static final String CASES =
      """
      import random
      random.seed(7)
      TS = [('NOP', None), ('NOP', None), ('Timestamp', (5, 6))]
      def seg(n=1000, **change):
          return (n, change)
      def four(n=1000, **change):
          return [seg(n, **change) for _ in range(4)]
      def second(**change):
          return [seg(), seg(**change), seg(), seg()]
      cases = {
          'plain': (four(), [4000]),
          'plain6': (four(v6=True), [4000]),
          'odd sizes': ([seg(999), seg(999), seg(999), seg(500), seg(999), seg(999)], [3497, 1998]),
          'larger': ([seg(500), seg(501), seg(501)], [500, 1002]),
          'psh': (second(flags='PA'), [2000, 2000]),
          'psh first': ([seg(flags='PA'), seg(), seg()], [1000, 2000]),
          'fin': ([seg(), seg(), seg(flags='FPA')], [3000]),
          'cwr first': ([seg(flags='CA'), seg(), seg()], [3000]),
          'cwr': (second(flags='CA'), [1000, 3000]),
          'ece': (second(flags='EA'), [1000, 1000, 2000]),
          'syn': ([seg(0, flags='S'), seg(), seg()], [0, 2000]),
          'rst': (second(flags='RA'), [1000, 1000, 2000]),
          'urg': (second(flags='UA'), [1000, 1000, 2000]),
          'reserved': (second(reserved=1), [1000, 1000, 2000]),
          'pure ack': ([seg(), seg(), seg(0), seg(), seg()], [2000, 0, 2000]),
          'gap': (second(skip=1000), [1000, 3000]),
          'overlap': (second(skip=-1), [1000, 3000]),
          'ack': (second(ack=99), [1000, 1000, 2000]),
          'window': (second(window=99), [1000, 1000, 2000]),
          'ttl': (second(ttl=9), [1000, 1000, 2000]),
          'tos': (second(tos=4), [1000, 1000, 2000]),
          'df': (second(ipflags='DF'), [1000, 1000, 2000]),
          'id gap': (second(idskip=1), [1000, 3000]),
          'fixed id': (four(fixed=True, ipflags='DF'), [4000]),
          'fixed id without df': (four(fixed=True), [1000] * 4),
          'rising id with df': (four(ipflags='DF'), [4000]),
          'ip options': (four(options=True), [1000] * 4),
          'class6': ([seg(v6=True), seg(v6=True, tos=4), seg(v6=True)], [1000, 1000, 1000]),
          'label6': ([seg(v6=True), seg(v6=True, label=5), seg(v6=True, label=5)], [1000, 2000]),
          'hops6': ([seg(v6=True), seg(v6=True, ttl=5), seg(v6=True)], [1000, 1000, 1000]),
          'timestamps': (four(tcp=TS), [4000]),
          'timestamps6': (four(tcp=TS, v6=True), [4000]),
          'other timestamp': ([seg(tcp=TS), seg(tcp=TS[:2] + [('Timestamp', (6, 6))]), seg(tcp=TS)],
                              [1000, 1000, 1000]),
          'other option': (four(tcp=[('NOP', None)] * 2 + [('SAck', (1, 2))]), [1000] * 4),
          'vlan': (four(vlan=7), [4000]),
          'other vlan': ([seg(vlan=7), seg(vlan=8), seg(vlan=7)], [1000] * 3),
          'qinq': (four(vlan=7, qinq=True), [4000]),
          'other mac': ([seg(), seg(mac='02:00:00:00:00:09'), seg()], [1000] * 3),
          'unverified': ([seg(), seg(mac='02:00:00:00:00:ff'), seg(), seg()], [1000, 1000, 2000]),
          'small': (four(100), [400]),
          'padded': (four(5), [20]),
          'jumbo': (four(3000), [12000]),
          'to 64 KB': ([seg(1448) for _ in range(60)], [45 * 1448, 15 * 1448]),
          'to 64 KB in IPv6': ([seg(1448, v6=True) for _ in range(60)], [45 * 1448, 15 * 1448]),
          'wrap': (four(start=0xffffffff - 1500), [4000]),
      }
      def make(port, segments):
          packets, seq, ident = [], None, 100
          for n, c in segments:
              if seq is None:
                  seq = c.get('start', 1000)
              seq = (seq + c.get('skip', 0)) % 2**32
              ident += c.get('idskip', 0)
              e = Ether(src=c.get('mac', '02:00:00:00:00:01'), dst='02:00:00:00:00:02')
              if c.get('qinq'):
                  e = e / Dot1Q(vlan=3)
              if 'vlan' in c:
                  e = e / Dot1Q(vlan=c['vlan'])
              if c.get('v6'):
                  i = IPv6(src='2001:db8::1', dst='2001:db8::2', hlim=c.get('ttl', 64),
                           tc=c.get('tos', 0), fl=c.get('label', 0))
              else:
                  i = IP(src='192.0.2.1', dst='192.0.2.2', ttl=c.get('ttl', 64),
                         tos=c.get('tos', 0), id=100 if c.get('fixed') else ident,
                         flags=c.get('ipflags', 0),
                         options=[IPOption_NOP()] * 4 if c.get('options') else [])
              t = TCP(sport=port, dport=80, seq=seq, ack=c.get('ack', 77),
                      flags=c.get('flags', 'A'),
                      window=c.get('window', 500), options=c.get('tcp', []),
                      reserved=c.get('reserved', 0))
              data = random.randbytes(n)
              frame = bytes(e / i / t / Raw(data)) if n else bytes(e / i / t)
              packets.append(frame + bytes(max(0, 60 - len(frame))))
              seq = (seq + n) % 2**32
              ident += 1
          return packets
      flows = [make(10000 + i, c[0]) for i, c in enumerate(cases.values())]
      # With both addresses, or scapy asks the network for them.
      def ether():
          return Ether(src='02:00:00:00:00:01', dst='02:00:00:00:00:02')
      def ip(last):
          return IP(src='192.0.2.1', dst='192.0.2.' + last)
      flows.append([bytes(ether() / ip('3') / UDP() / Raw(random.randbytes(700)))
                    for _ in range(5)])
      flows.append([bytes(p) for p in fragment(ether() / ip('4') / TCP()
                    / Raw(random.randbytes(3000)), 1000)])
      arp = ARP(hwsrc='02:00:00:00:00:01', psrc='192.0.2.1', pdst='192.0.2.2')
      flows.append([bytes(ether() / arp), bytes(ether() / ip('5') / ICMP()), bytes(14)])
      mixed = [f[k] for k in range(max(map(len, flows))) for f in flows if k < len(f)]
      """;

  private static final String WRITE = CASES + "wrpcap(sys.argv[1], mixed)\nprint(len(mixed))\n";

  /** Prints what is wrong, and nothing else. */
  private static final String JUDGE =
      CASES
          + """
          # net_pcap cuts what is longer than 16128 bytes; such packets were written twice.
          long = iter([d for d, _ in RawPcapReader(sys.argv[2])])
          out = [d if len(d) == m.wirelen else next(long) for d, m in RawPcapReader(sys.argv[1])]
          wrpcap(sys.argv[3], out, linktype=1)
          def flow_of(d):
              p = Ether(d)
              if TCP not in p or (IP in p and (p[IP].frag or p[IP].flags.MF)):
                  return None
              return p[TCP].sport
          def by_flow(packets):
              flows = {}
              for d in packets:
                  flows.setdefault(flow_of(d), []).append(d)
              return flows
          sent, came = by_flow(mixed), by_flow(out)
          def load(d):
              p = Ether(d)
              t = p[TCP]
              size = p[IP].len - 4 * p[IP].ihl if IP in p else p[IPv6].plen
              return bytes(t)[4 * t.dataofs:size]
          # Everything that is no whole TCP is as it was, and in its order.
          if sent[None] != came[None]:
              print('other packets differ')
          firsts = []
          for number, (name, (segments, lengths)) in enumerate(cases.items()):
              port = 10000 + number
              was, now = sent[port], came[port]
              loads = [load(d) for d in now]
              if sys.argv[4] == 'exact' and [len(x) for x in loads] != lengths:
                  print(name, 'came out as', [len(x) for x in loads], 'not', lengths)
              if b''.join(loads) != b''.join(map(load, was)):
                  print(name, 'carries other bytes')
              at = 0
              for d, data in zip(now, loads):
                  part, first = [], was[at]
                  while at < len(was) and (not part or sum(map(len, part)) < len(data)):
                      part.append(load(was[at]))
                      last = was[at]
                      at += 1
                  f, l, m = Ether(first)[TCP], Ether(last)[TCP], Ether(d)[TCP]
                  if len(part) == 1:
                      if d != first:
                          print(name, 'changed a packet that is not merged')
                  else:
                      if len(d) != first.index(load(first)) + len(data):
                          print(name, 'has a frame of', len(d))
                      want = int(f.flags) | (int(l.flags) & 0x09)
                      if (m.seq, m.ack, int(m.flags), m.window, m.options) != (
                              f.seq, f.ack, want, f.window, f.options):
                          print(name, 'has another TCP header')
                      a, b = bytearray(first[:14]), bytearray(d[:14])
                      if a != b or (IP in Ether(d) and Ether(d)[IP].id != Ether(first)[IP].id):
                          print(name, 'has another header')
                  firsts.append((out.index(d), mixed.index(first)))
          order = [i for _, i in sorted(firsts)]
          if order != sorted(order):
              print('packets do not stand where their first segment was')
          """;

  private static int packets;

  private static Path makeDirectory() {
    try {
      return Files.createTempDirectory("gatun-coalescer");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Path file(String name) {
    return DIRECTORY.resolve(name + ".pcap");
  }

  private static List<String> devices() {
    Tool.assumeScapy();
    CProbe.assume();
    packets = Integer.parseInt(Tool.scapy(WRITE, file("in")).strip());
    List<String> devices = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      devices.add(
          "--vdev=net_pcap%d,rx_pcap=%s,tx_pcap=%s".formatted(i, file("in"), file("out" + i)));
    }
    return devices;
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

  /** Says that checksums are right, as a NIC or a software pass would have; then merges. */
  private static final class Verified implements PacketStage {
    private static final long GOOD =
        RteMbufFlags.RTE_MBUF_F_RX_IP_CKSUM_GOOD | RteMbufFlags.RTE_MBUF_F_RX_L4_CKSUM_GOOD;

    private final Supplier<Coalescer> make;
    private final Mbuf mbuf = new Mbuf();
    private final List<Integer> segmentSizes = new ArrayList<>();
    private @Nullable Coalescer coalescer;
    private int merged;
    private int mostSegments;
    private int mostMergedBytes;
    private int insane;
    private final Path longPackets;

    Verified(Supplier<Coalescer> make, Path longPackets) {
      this.make = make;
      this.longPackets = longPackets;
    }

    @Override
    public String name() {
      return "coalesce";
    }

    @Override
    public int process(Burst burst) {
      if (coalescer == null) {
        coalescer = make.get();
      }
      for (int i = 0; i < burst.size(); i++) {
        mbuf.wrap(burst.get(i));
        if (Memory.getUnsignedByte(mbuf.data() + 11) != UNVERIFIED) {
          mbuf.flags(mbuf.flags() | GOOD);
        }
      }
      merged += coalescer.process(burst);
      for (int i = 0; i < burst.size(); i++) {
        mbuf.wrap(burst.get(i));
        insane += CProbe.check(mbuf.address()) == 0 ? 0 : 1;
        mostSegments = Math.max(mostSegments, mbuf.segments());
        if ((mbuf.flags() & RteMbufFlags.RTE_MBUF_F_RX_LRO) != 0) {
          segmentSizes.add(mbuf.tsoSegmentSize());
          mostMergedBytes = Math.max(mostMergedBytes, ipBytes());
        }
        if (mbuf.packetLength() > PCAP_LIMIT) {
          write(mbuf);
        }
      }
      return 0;
    }

    private int ipBytes() {
      Headers headers = new Headers();
      assertThat(headers.parseEthernet(mbuf.data(), mbuf.dataLength(), mbuf.packetLength()))
          .isTrue();
      return headers.ipEnd() - headers.ipOffset();
    }

    /** Appends a packet to a file of the format pcap has had since 1998, all its mbufs in a row. */
    private void write(Mbuf packet) {
      int length = packet.packetLength();
      boolean first = !Files.exists(longPackets);
      ByteBuffer pcap = ByteBuffer.allocate(24 + 16 + length).order(ByteOrder.LITTLE_ENDIAN);
      if (first) {
        pcap.putInt(0xa1b2c3d4).putShort((short) 2).putShort((short) 4);
        pcap.putInt(0).putInt(0).putInt(1 << 18).putInt(1);
      }
      pcap.putInt(0).putInt(0).putInt(length).putInt(length);
      for (long next = packet.address(); next != 0; next = packet.next()) {
        packet.wrap(next);
        byte[] bytes = new byte[packet.dataLength()];
        Memory.copy(packet.data(), bytes, 0, bytes.length);
        pcap.put(bytes);
      }
      try {
        Files.write(
            longPackets,
            Arrays.copyOf(pcap.array(), pcap.position()),
            StandardOpenOption.CREATE,
            StandardOpenOption.APPEND);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private static Verified forward(int id, int maxFlows, int maxSegments) {
    return forward(id, maxFlows, maxSegments, 65535);
  }

  private static Verified forward(int id, int maxFlows, int maxSegments, int maxIpBytes) {
    Port port = DPDK.start(id, PortConfig.DEFAULT);
    Verified stage =
        new Verified(
            () ->
                new Coalescer(DPDK.pool().cache(DPDK.worker()), maxFlows, maxSegments, maxIpBytes),
            file("long" + id));
    Stream stream =
        TestStreams.forward(
            port.rxQueues().getFirst(), port.txQueues().getFirst(), List.of(stage), BURST);
    PollLoop loop = DPDK.launch(stream);
    EalFixture.await(
        "the file's end",
        () -> stream.counters().transmitted() + stage.merged >= packets || loop.hasEnded());
    loop.stop();
    DPDK.stopLoops();
    EalFixture.rethrow(loop);
    port.stop(); // which writes the rest of the file
    assertThat(stream.counters().received()).isEqualTo(packets);
    assertThat(stream.counters().dropped()).isZero();
    assertThat(stage.insane).as("mbufs that rte_mbuf_check refuses").isZero();
    return stage;
  }

  private static void judge(int id, String how) {
    Path written = file("long" + id);
    Path longPackets = Files.exists(written) ? written : file("in");
    assertThat(Tool.scapy(JUDGE, file("out" + id), longPackets, file("whole" + id), how)).isEmpty();
    Tool.assume("tshark", "tshark", "--version");
    String out =
        Tool.run(
                "tshark",
                "-n",
                "-r",
                file("whole" + id).toString(),
                "-o",
                "ip.check_checksum:TRUE",
                "-o",
                "tcp.check_checksum:TRUE",
                "-o",
                "ip.defragment:FALSE",
                "-Y",
                "tcp && !(ip.flags.mf == 1) && !(ip.frag_offset > 0)",
                "-T",
                "fields",
                "-e",
                "ip.checksum.status",
                "-e",
                "tcp.checksum.status",
                "-e",
                "_ws.malformed")
            .orFail();
    assertThat(out.lines()).hasSizeGreaterThan(80).allMatch(line -> line.matches("1?\t1\t"));
  }

  @Test
  void segmentsBecomeOnePacketWhereLinuxWouldMergeThem() {
    Verified stage = forward(0, 64, 64);

    judge(0, "exact");
    assertThat(stage.mostSegments).isEqualTo(45);
    assertThat(stage.segmentSizes).contains(1000, 999, 501, 100, 5, 3000, 1448);
  }

  /** With two places for flows, others push it out: fewer are merged, and nothing is lost. */
  @Test
  void tooManyFlowsAreMergedLess() {
    Verified stage = forward(1, 2, 64);

    judge(1, "any");
    assertThat(stage.merged).isPositive();
  }

  @Test
  void noPacketHasMoreMbufsThanAllowed() {
    Verified stage = forward(2, 64, 3);

    judge(2, "any");
    assertThat(stage.mostSegments).isEqualTo(3);
  }

  /** Nothing that a port with this MTU would refuse, and all that fits. */
  @Test
  void noIpPacketIsLargerThanTheMtu() {
    Verified stage = forward(3, 64, 64, MTU);

    judge(3, "any");
    assertThat(stage.mostMergedBytes).isBetween(MTU - 100, MTU);
  }

  @Test
  void limitsOutOfRangeAreNamed() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Coalescer(DPDK.pool().cache(DPDK.worker()), 0))
        .withMessage("flows: 0 is not in [1, 64]");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Coalescer(DPDK.pool().cache(DPDK.worker()), 1, 1, 1))
        .withMessage("segments: 1 is not in [2, 65535]");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Coalescer(DPDK.pool().cache(DPDK.worker()), 1, 2, 65536))
        .withMessage("bytes: 65536 is not in [1, 65535]");
  }
}
