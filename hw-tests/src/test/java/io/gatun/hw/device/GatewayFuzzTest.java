package io.gatun.hw.device;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatun.bindings.Memory;
import io.gatun.hw.tool.Pcap;
import io.gatun.hw.tool.Tool;
import io.gatun.offload.Decapsulator;
import io.gatun.offload.Encapsulator;
import io.gatun.pmd.Burst;
import io.gatun.pmd.Mbuf;
import io.gatun.pmd.Mempool;
import io.gatun.pmd.MempoolCache;
import io.gatun.pmd.wire.TunnelType;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * Millions of wrong packets through both directions of every tunnel: nothing may be thrown, read
 * outside a packet, lost, or left uncounted.
 *
 * <p>Reading outside is seen by its effect. Each packet is there twice, with different bytes around
 * it, and two end points that have seen the same packets so far must do the same with both, down to
 * the last byte that they send.
 *
 * <p>{@code -Dgatun.fuzz.packets=N} tries N packets; a failure names what repeats it.
 */
@Tag("dpdk")
class GatewayFuzzTest {
  @RegisterExtension static final EalFixture DPDK = EalFixture.with();

  private static final long PACKETS = Long.getLong("gatun.fuzz.packets", 5_000_000);
  private static final long SEED = Long.getLong("gatun.fuzz.seed", 20260);
  private static final int MAX_PACKET = 9100;
  private static final int MAX_SEGMENTS = 8;
  private static final int ETHERNET = 14;

  /** Bytes of a later segment that always fit a buffer. */
  private static final int SEGMENT = Mempool.DEFAULT_DATA_ROOM;

  @TempDir static Path folder;

  /** Two end points of one configuration, which see the same, and what they are given. */
  private record Pair(TunnelLane a, TunnelLane b, PacketMutator tenants, PacketMutator underlay) {}

  private final byte[] data = new byte[MAX_PACKET];
  private final byte[] one = new byte[1 << 16];
  private final byte[] other = new byte[1 << 16];
  private final int[] cuts = new int[MAX_SEGMENTS];
  private int length;
  private int segments;

  private long queued;
  private long tooBig;
  private long dropped;
  private long delivered;
  private long notTunnelled;
  private long sent;

  @BeforeAll
  static void makeCorpus() {
    Tool.assumeScapy();
    Tool.python("fuzz_corpus.py", folder);
  }

  @Test
  void wrongPacketsDoNoHarm() {
    Mempool pool = DPDK.pool();
    DPDK.onWorker(
        () -> {
          MempoolCache cache = pool.cache(DPDK.worker());
          List<Pair> pairs = pairs(cache);
          PacketChain chain = new PacketChain(cache);
          SplittableRandom random = new SplittableRandom(SEED);
          for (long number = 0; number < PACKETS; number++) {
            Pair pair = pairs.get(random.nextInt(pairs.size()));
            boolean outward = random.nextBoolean();
            try {
              if (outward) {
                encapsulate(pair, chain);
              } else {
                decapsulate(pair, chain);
              }
            } catch (RuntimeException | Error e) {
              throw new AssertionError(describe(number, pair.a, outward), e);
            }
          }
        });
    long tried = queued + tooBig + dropped + delivered + notTunnelled;
    System.out.printf(
        "gatun: %d packets fuzzed: %d encapsulated into %d, %d decapsulated, %d too big,"
            + " %d not for the tunnel, %d dropped for a reason%n",
        tried, queued, sent, delivered, tooBig, notTunnelled, dropped);
    assertThat(tried).isEqualTo(PACKETS);
    // It is not all stopped by the first check.
    assertThat(List.of(queued, delivered, dropped)).allMatch(n -> n > PACKETS / 50);
    assertThat(tooBig).isPositive();
  }

  /** Without this, "the same result" would say nothing about reads outside. */
  @Test
  void aReadOutsideAPacketShowsInWhatItFinds() {
    Mempool pool = DPDK.pool();
    DPDK.onWorker(
        () -> {
          PacketChain chain = new PacketChain(pool.cache(DPDK.worker()));
          int[] ends = {7, 20};
          long a = chain.make(data, ends, 2, 128, (byte) 0);
          long b = chain.make(data, ends, 2, 128, (byte) 1);
          assertThat(chain.same(a, b, one, other)).isTrue();
          for (long segment : new long[] {a, b}) {
            byte around = (byte) (segment == a ? 0 : 1);
            assertThat(Memory.getByte(Mbuf.data(segment) - 1)).isEqualTo(around);
            assertThat(Memory.getByte(Mbuf.data(segment) + 7)).isEqualTo(around);
            assertThat(Memory.getByte(Mbuf.data(segment) + 2047)).isEqualTo(around);
          }
          // One byte more in both: the same packet no longer.
          for (long packet : new long[] {a, b}) {
            Mbuf last = new Mbuf().wrap(new Mbuf().wrap(packet).next());
            last.dataLength(last.dataLength() + 1);
            new Mbuf().wrap(packet).packetLength(21);
          }
          assertThat(chain.same(a, b, one, other)).isFalse();
          chain.free(a);
          chain.free(b);
        });
  }

  private static List<Pair> pairs(MempoolCache cache) {
    List<byte[]> frames = Pcap.read(folder.resolve("tenant.pcap"));
    List<byte[]> packets = new ArrayList<>();
    for (byte[] frame : frames) {
      if (frame[12] == 0x08 && frame[13] == 0x00 || frame[12] == (byte) 0x86) {
        packets.add(Arrays.copyOfRange(frame, ETHERNET, frame.length));
      }
    }
    List<Pair> pairs = new ArrayList<>();
    for (TunnelType type : TunnelType.values()) {
      for (boolean six : List.of(false, true)) {
        String name = "%s-%d.pcap".formatted(type.label(), six ? 6 : 4);
        List<byte[]> arriving = Pcap.read(folder.resolve(name));
        for (boolean strict : List.of(false, true)) {
          long seed = SEED + pairs.size();
          pairs.add(
              new Pair(
                  new TunnelLane(type, six, strict, cache),
                  new TunnelLane(type, six, strict, cache),
                  new PacketMutator(type.carriesEthernet() ? frames : packets, seed),
                  new PacketMutator(arriving, -seed)));
        }
      }
    }
    return pairs;
  }

  /** Chooses where the segments of the next packet end. */
  private void cut(SplittableRandom random) {
    segments = 0;
    int at = 0;
    // Drivers fill one buffer after the other; a stage may have left any cut.
    boolean odd = random.nextInt(4) == 0;
    while (at < length) {
      int rest = length - at;
      int most = Math.min(rest, SEGMENT);
      boolean canCut = odd && rest <= SEGMENT && segments < MAX_SEGMENTS - 2;
      at += canCut ? 1 + random.nextInt(Math.min(most, 200)) : most;
      cuts[segments] = at;
      segments++;
    }
  }

  // ---- one packet -------------------------------------------------------------------------------

  private void encapsulate(Pair pair, PacketChain chain) {
    SplittableRandom random = pair.tenants.random();
    length = pair.tenants.next(data);
    cut(random);
    int headroom = random.nextInt(8) == 0 ? random.nextInt(129) : 128;
    long a = chain.make(data, cuts, segments, headroom, (byte) 0);
    long b = chain.make(data, cuts, segments, headroom, (byte) random.nextInt(1, 256));
    long droppedBefore = pair.a.dropped();
    int result = pair.a.encapsulator().submit(a, 0);
    require(pair.b.encapsulator().submit(b, 0) == result, "another result");
    if (result == Encapsulator.QUEUED) {
      queued++;
      compareSent(pair, chain);
      return;
    }
    require(
        pair.a.dropped() - droppedBefore == (result == Encapsulator.DROPPED ? 1 : 0),
        "dropped is not counted once");
    requireGivenUp(pair, result == Encapsulator.DROPPED, a, b);
    require(chain.same(a, b, one, other), "the packets that came back differ");
    chain.free(a);
    chain.free(b);
    if (result == Encapsulator.TOO_BIG) {
      tooBig++;
    } else {
      require(result == Encapsulator.DROPPED, "result " + result);
      dropped++;
    }
  }

  private void compareSent(Pair pair, PacketChain chain) {
    boolean done;
    do {
      done = pair.a.drain();
      require(pair.b.drain() == done, "the queues differ");
      Burst left = pair.a.out();
      Burst right = pair.b.out();
      require(left.size() == right.size(), "another number of packets");
      for (int i = 0; i < left.size(); i++) {
        require(chain.same(left.get(i), right.get(i), one, other), "what is sent differs");
        chain.free(left.get(i));
        chain.free(right.get(i));
      }
      sent += left.size();
      left.size(0);
      right.size(0);
    } while (!done);
  }

  /** A packet that is dropped, and no other, goes to whoever wants to see that. */
  private static void requireGivenUp(Pair pair, boolean dropped, long a, long b) {
    require(pair.a.takeDropped() == (dropped ? a : 0), "another packet was given up");
    require(pair.b.takeDropped() == (dropped ? b : 0), "another packet was given up");
  }

  private void decapsulate(Pair pair, PacketChain chain) {
    SplittableRandom random = pair.underlay.random();
    length = pair.underlay.next(data);
    cut(random);
    long a = chain.make(data, cuts, segments, 128, (byte) 0);
    long b = chain.make(data, cuts, segments, 128, (byte) random.nextInt(1, 256));
    long droppedBefore = pair.a.dropped();
    int result = pair.a.decapsulator().receive(a);
    require(pair.b.decapsulator().receive(b) == result, "another result");
    require(
        pair.a.dropped() - droppedBefore == (result == Decapsulator.DROPPED ? 1 : 0),
        "dropped is not counted once");
    requireGivenUp(pair, result == Decapsulator.DROPPED, a, b);
    require(pair.a.dropped() == pair.b.dropped(), "another count");
    require(chain.same(a, b, one, other), "the packets differ");
    chain.free(a);
    chain.free(b);
    if (result >= 0) {
      delivered++;
    } else if (result == Decapsulator.DROPPED) {
      dropped++;
    } else {
      require(result == Decapsulator.NOT_TUNNELLED, "result " + result);
      notTunnelled++;
    }
  }

  private static void require(boolean condition, String what) {
    if (!condition) {
      throw new AssertionError(what);
    }
  }

  private String describe(long number, TunnelLane lane, boolean outward) {
    String hex = HexFormat.of().formatHex(data, 0, Math.min(length, 256));
    return "packet %d of seed %d, %s, %s: %d bytes cut at %s: %s"
        .formatted(
            number,
            SEED,
            lane,
            outward ? "encapsulated" : "decapsulated",
            length,
            Arrays.toString(Arrays.copyOf(cuts, segments)),
            hex);
  }
}
