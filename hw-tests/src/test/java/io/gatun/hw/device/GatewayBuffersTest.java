package io.gatun.hw.device;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatun.bindings.Memory;
import io.gatun.bindings.RteMbuf;
import io.gatun.hw.tool.Tool;
import io.gatun.offload.gateway.TestGateway;
import io.gatun.pmd.Burst;
import io.gatun.pmd.MacAddress;
import io.gatun.pmd.Mbuf;
import io.gatun.pmd.Mempool;
import io.gatun.pmd.MempoolCache;
import io.gatun.pmd.wire.IpAddress;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * What the gateway makes of fresh buffers, with scapy as the judge, and what an empty pool does.
 */
@Tag("dpdk")
@Tag("slow")
class GatewayBuffersTest {
  @RegisterExtension static final EalFixture DPDK = EalFixture.with();

  private static final MacAddress OWN = MacAddress.parse("02:00:00:00:00:01");
  private static final IpAddress OWN4 = IpAddress.parse("192.0.2.1");
  private static final IpAddress OWN6 = IpAddress.parse("2001:db8::1");
  private static final int ROOM = Mempool.DEFAULT_DATA_ROOM - RteMbuf.HEADROOM;

  private final Mempool pool = DPDK.pool("gateway", 255, 16);
  private final MempoolCache cache = pool.cache(DPDK.worker());
  private final TestGateway gateway = new TestGateway(cache, OWN, -1, 5, ROOM);
  private final Burst in = Burst.allocate(64, Arena.global());
  private final Burst out = Burst.allocate(64, Arena.global());
  private final Mbuf mbuf = new Mbuf();

  @BeforeAll
  static void tools() {
    Tool.assumeScapy();
  }

  /** A packet in buffers of the pool; {@code in} holds its first one. */
  private long packet(byte[] bytes) {
    int count = (bytes.length + ROOM - 1) / ROOM;
    assertThat(cache.allocate(in, count)).isTrue();
    for (int i = 0; i < count; i++) {
      mbuf.wrap(in.get(i));
      int length = Math.min(ROOM, bytes.length - i * ROOM);
      mbuf.dataLength(length);
      Memory.copy(bytes, i * ROOM, mbuf.data(), length);
      mbuf.next(i + 1 < count ? in.get(i + 1) : 0);
    }
    in.size(1);
    mbuf.wrap(in.get(0)).segments(count);
    mbuf.packetLength(bytes.length);
    return in.get(0);
  }

  private byte[] bytes(long first) {
    byte[] bytes = new byte[mbuf.wrap(first).packetLength()];
    int done = 0;
    for (long at = first; at != 0; at = mbuf.next()) {
      mbuf.wrap(at);
      Memory.copy(mbuf.data(), bytes, done, mbuf.dataLength());
      done += mbuf.dataLength();
    }
    assertThat(done).isEqualTo(bytes.length);
    return bytes;
  }

  private List<String> sent() {
    List<String> frames =
        IntStream.range(0, out.size())
            .mapToObj(i -> HexFormat.of().formatHex(bytes(out.get(i))))
            .toList();
    out.free(); // by DPDK itself: the cache is the worker's
    return frames;
  }

  /** Prints one line for each frame given as an argument. */
  private static List<String> judge(String python, List<String> frames) {
    return Tool.scapy(python, frames.toArray()).lines().toList();
  }

  @Test
  void requestsAndAnnouncementsAreWhatScapyReads() {
    DPDK.onWorker(
        () -> {
          assertThat(gateway.request(out, OWN4, IpAddress.parse("192.0.2.2"))).isTrue();
          assertThat(gateway.request(out, OWN6, IpAddress.parse("2001:db8::2"))).isTrue();
          assertThat(gateway.announce(out, OWN4)).isTrue();
          assertThat(gateway.announce(out, OWN6)).isTrue();
        });
    String show =
        """
        for h in sys.argv[1:]:
            p = Ether(bytes.fromhex(h))
            q = Ether(bytes.fromhex(h))
            if ARP in p:
                a = p[ARP]
                print(p.dst, "arp", a.op, a.hwsrc, a.psrc, a.pdst)
            else:
                i = p[IPv6]
                told = i.payload.cksum
                del q[IPv6].payload.cksum
                good = Ether(bytes(q))[IPv6].payload.cksum == told
                print(p.dst, i.dst, i.hlim, type(i.payload).__name__, i.payload.tgt,
                      i.payload.payload.lladdr, good)
        """;
    assertThat(judge(show, sent()))
        .containsExactly(
            "ff:ff:ff:ff:ff:ff arp 1 02:00:00:00:00:01 192.0.2.1 192.0.2.2",
            "33:33:ff:00:00:02 ff02::1:ff00:2 255 ICMPv6ND_NS 2001:db8::2 02:00:00:00:00:01 True",
            "ff:ff:ff:ff:ff:ff arp 1 02:00:00:00:00:01 192.0.2.1 192.0.2.1",
            "33:33:00:00:00:01 ff02::1 255 ICMPv6ND_NA 2001:db8::1 02:00:00:00:00:01 True");
  }

  private static byte[] built(String expression) {
    String hex = Tool.scapy("print(bytes(" + expression + ").hex())").strip();
    return HexFormat.of().parseHex(hex);
  }

  private static final String ETHER =
      "Ether(src='02:00:00:00:00:0a',dst='02:00:00:00:00:0b')/Dot1Q(vlan=9)/";

  @Test
  void sendersAreToldAsOftenAsTheLimitSays() {
    byte[] four =
        built(ETHER + "IP(src='10.0.0.1',dst='10.0.0.2',flags='DF')/UDP()/Raw(bytes(4000))");
    byte[] six = built(ETHER + "IPv6(src='2001:db8::a',dst='2001:db8::b')/UDP()/Raw(bytes(4000))");
    byte[] group = four.clone();
    group[18 + 16] = (byte) 224;
    DPDK.onWorker(
        () -> {
          List<byte[]> frames = List.of(four, six, group);
          for (int kind = 0; kind < frames.size(); kind++) {
            long packet = packet(frames.get(kind));
            boolean expected = kind < 2;
            for (int i = 0; i < 3; i++) {
              int before = out.size();
              boolean told = gateway.tell(packet, 1400, 0, out);
              assertThat(told).isEqualTo(expected && before < 5);
              assertThat(out.size()).isEqualTo(told ? before + 1 : before);
            }
            assertThat(bytes(packet)).isEqualTo(frames.get(kind));
            cache.free(in);
          }
          assertThat(gateway.told()).containsExactly(5, 3, 1, 0);
        });
    String show =
        """
        for h in sys.argv[1:]:
            b = bytes.fromhex(h)
            p = Ether(b)
            ip = b[18:]
            if IP in p:
                i = p[IP]
                good = checksum(ip[:20]) == 0 and checksum(ip[20:]) == 0
                print(p.src, p[Dot1Q].vlan, i.src, i.dst, i.len, i[ICMP].type, i[ICMP].code,
                      i[ICMP].nexthopmtu, good, len(ip))
            else:
                i = p[IPv6]
                good = in6_chksum(58, i, ip[40:]) == 0
                print(p.src, p[Dot1Q].vlan, i.src, i.dst, i.plen + 40, i.payload.type,
                      i.payload.code, i.payload.mtu, good, len(ip))
        """;
    String told4 = "02:00:00:00:00:0b 9 10.0.0.2 10.0.0.1 576 3 4 1400 True 576";
    String told6 = "02:00:00:00:00:0b 9 2001:db8::b 2001:db8::a 1280 2 0 1400 True 1280";
    assertThat(judge(show, sent())).containsExactly(told4, told4, told4, told6, told6);
  }

  @Test
  void fragmentsOfAJumboFrameArePutTogetherByScapy() {
    String whole = "IP(src='10.0.0.1',dst='10.0.0.2',id=7)/UDP()/Raw(bytes(i%251 for i in range(";
    byte[] frame = built(ETHER + whole + "8900)))");
    for (int max : new int[] {576, 1450, 4000}) {
      DPDK.onWorker(
          () -> {
            long packet = packet(frame);
            Object made = gateway.fragment(packet, max, out);
            assertThat(made).isEqualTo(out.size());
            assertThat(bytes(packet)).isEqualTo(frame);
            cache.free(in);
          });
      List<String> frames = sent();
      assertThat(frames.size()).isEqualTo((8908 + (max - 20) / 8 * 8 - 1) / ((max - 20) / 8 * 8));
      String judged =
          """
          parts = [Ether(bytes.fromhex(h)) for h in sys.argv[1:]]
          sizes = max(p[IP].len for p in parts)
          for p in parts:
              q = p.copy()
              del q[IP].chksum
              assert bytes(q) == bytes(p), "checksum"
              assert p[Dot1Q].vlan == 9 and len(p) == 18 + p[IP].len
          whole = defragment([p[IP] for p in parts])
          assert len(whole) == 1
          print(sizes, bytes(whole[0]).hex())
          """;
      String[] words = Tool.scapy(judged, frames.toArray()).strip().split(" ", -1);
      assertThat(Integer.parseInt(words[0])).isBetween(max - 7, max);
      byte[] ip = Arrays.copyOfRange(frame, 18, frame.length);
      assertThat(words[1]).isEqualTo(HexFormat.of().formatHex(ip));
    }
  }

  @Test
  void anEmptyPoolLeavesNothingHalfMade() {
    byte[] frame = built(ETHER + "IP(src='10.0.0.1',dst='10.0.0.2')/UDP()/Raw(bytes(1400))");
    Burst hoard = Burst.allocate(Burst.MAX_CAPACITY, Arena.global());
    DPDK.onWorker(
        () -> {
          long packet = packet(frame);
          while (pool.available() > 2) {
            assertThat(cache.allocate(hoard, 1)).isTrue();
          }
          assertThat(gateway.fragment(packet, 576, out)).isEqualTo("NO_MBUF");
          assertThat(out.isEmpty()).isTrue();
          assertThat(pool.available()).isEqualTo(2);
          assertThat(cache.allocate(hoard, 2)).isTrue();

          assertThat(gateway.tell(packet, 576, 0, out)).isFalse();
          assertThat(gateway.told()).containsExactly(0, 0, 0, 1);
          assertThat(gateway.request(out, OWN4, IpAddress.parse("192.0.2.2"))).isFalse();
          assertThat(gateway.announce(out, OWN6)).isFalse();
          assertThat(out.isEmpty()).isTrue();
          cache.free(hoard);

          Burst full = Burst.allocate(2, Arena.global());
          assertThat(gateway.fragment(packet, 576, full)).isEqualTo("NO_MBUF");
          assertThat(full.isEmpty()).isTrue();
          cache.free(in);
        });
    assertThat(pool.available()).isEqualTo(pool.capacity());
  }

  @Test
  void tinyBuffersAreGivenBack() {
    Mempool tiny = DPDK.eal().createMempool("tiny", 63, 0, RteMbuf.HEADROOM + 512, -1);
    MempoolCache small = tiny.cache(DPDK.worker());
    TestGateway starved = new TestGateway(small, OWN, -1, 1000, 512);
    byte[] frame = built(ETHER + "IP(src='10.0.0.1',dst='10.0.0.2')/UDP()/Raw(bytes(1400))");
    DPDK.onWorker(
        () -> {
          long packet = packet(frame);
          assertThat(starved.tell(packet, 576, 0, out)).isFalse();
          assertThat(out.isEmpty()).isTrue();
          assertThat(tiny.available()).isEqualTo(tiny.capacity());
          cache.free(in);
        });
  }
}
