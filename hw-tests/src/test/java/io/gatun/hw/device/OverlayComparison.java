package io.gatun.hw.device;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatun.hw.model.ModelNic;
import io.gatun.hw.model.RandomPackets;
import io.gatun.offload.TunnelConfig;
import io.gatun.offload.plan.OffloadPlan;
import io.gatun.offload.plan.OffloadPreference;
import io.gatun.offload.plan.Quirks;
import io.gatun.offload.plan.SelfTestResults;
import io.gatun.offload.plan.Shape;
import io.gatun.pmd.Burst;
import io.gatun.pmd.Mbuf;
import io.gatun.pmd.MempoolCache;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/**
 * The same random packets through two plans: one that a NIC carries out, and the all-software one.
 * What leaves must be the same frames in the same order.
 *
 * <p>One thing may differ: the identification of outer IPv4 headers with DF, which means nothing
 * there (RFC 6864 section 4.1): software writes 0, NICs count up from it in every segment. Both
 * headers' checksums must be right, then the two fields are left out of the comparison.
 */
final class OverlayComparison {
  private static final int DIFFERENCES = 12;
  private static final int SAMPLE = 600;
  private static final int SAMPLE_EVERY = 23;
  private static final int OUTER_IP = 14;

  private final MempoolCache cache;
  private final Random sampling = new Random(1);
  private final List<byte[]> sample = new ArrayList<>();
  private final List<String> differences = new ArrayList<>();
  private final Map<String, Integer> refusals = new TreeMap<>();
  private final Mbuf mbuf = new Mbuf();
  private long packets;
  private long frames;
  private long notTaken;
  private long otherIds;

  OverlayComparison(MempoolCache cache) {
    this.cache = cache;
  }

  /** A frame that must leave, and what it was made of. */
  @SuppressWarnings("ArrayRecordComponent") // never compared as a record
  private record Expected(String kind, byte[] frame) {}

  List<String> differences() {
    return differences;
  }

  /** How many packets were tried. */
  long packets() {
    return packets;
  }

  /** How many frames were compared. */
  long frames() {
    return frames;
  }

  /** Some of what left. */
  List<byte[]> sample() {
    return sample;
  }

  @Override
  public String toString() {
    return "%d packets, %d frames, %d not taken, refused %s, %d outer ids left out"
        .formatted(packets, frames, notTaken, refusals, otherIds);
  }

  /** Compares {@code count} packets, on the thread of the pool's lcore. */
  void run(OverlayCase overlay, OffloadPlan plan, OverlayWire wire, Random random, int count) {
    try (Arena arena = Arena.ofConfined()) {
      OffloadPlan software =
          OffloadPlan.of(
              overlay.request(OffloadPreference.SOFTWARE),
              plan.port(),
              Quirks.NONE,
              SelfTestResults.NONE);
      OverlaySender inSoftware = new OverlaySender(overlay, software, cache, arena);
      OverlaySender withNic = new OverlaySender(overlay, plan, cache, arena);
      RandomPackets source =
          new RandomPackets(
              random, overlay.config().type().carriesEthernet(), inSoftware.frameLimit());
      Burst out = Burst.allocate(Burst.MAX_CAPACITY, arena);
      List<Expected> expected = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        RandomPackets.Packet packet = source.next();
        OverlayTenant.Layout layout = OverlayTenant.layout(packet.bytes().length, random);
        int path = random.nextInt(inSoftware.paths());
        String refused = inSoftware.send(packet, layout, path, out);
        List<byte[]> wanted = take(out);
        assertThat(withNic.send(packet, layout, path, out)).as(packet.kind()).isEqualTo(refused);
        packets++;
        notTaken += refused == null ? 0 : 1;
        String unfit = wire.send(out);
        if (unfit == null) {
          wanted.forEach(frame -> expected.add(new Expected(packet.kind(), frame)));
        } else {
          cache.free(out);
          refusals.merge(reason(unfit), 1, Integer::sum);
        }
      }
      compare(overlay, plan, expected, wire.frames(expected.size()));
    }
  }

  /** The packets' bytes; frees them. */
  private List<byte[]> take(Burst burst) {
    List<byte[]> all = new ArrayList<>();
    for (int i = 0; i < burst.size(); i++) {
      all.add(ModelNic.bytes(mbuf.wrap(burst.get(i))));
    }
    cache.free(burst);
    return all;
  }

  /** Refusals that a correct sender can meet; any other is a fault of the plan. */
  private static String reason(String refusal) {
    if (refusal.contains("mbufs are more than")) {
      return "too many mbufs";
    }
    if (refusal.contains("headers of")) {
      return "headers too long";
    }
    if (refusal.contains("MULTI_SEGS")) {
      return "several mbufs";
    }
    throw new AssertionError("tx_prepare refuses: " + refusal);
  }

  // ---- comparison -------------------------------------------------------------------------------

  private void compare(
      OverlayCase overlay, OffloadPlan plan, List<Expected> expected, List<byte[]> sent) {
    boolean idsDiffer =
        overlay.config().dontFragment()
            && overlay.outerVersion() == 4
            && plan.shape() == Shape.BOTH_IN_NIC
            && plan.tcpSegmentation();
    int tag = overlay.config().outerVlan() == TunnelConfig.NO_VLAN ? 0 : 4;
    boolean differs = false;
    for (int i = 0; i < Math.min(expected.size(), sent.size()); i++) {
      byte[] wanted = expected.get(i).frame();
      byte[] frame = sent.get(i);
      boolean same = Arrays.equals(wanted, frame);
      if (!same && idsDiffer) {
        same = equalButForTheId(wanted, frame, OUTER_IP + tag);
        otherIds += same ? 1 : 0;
      }
      if (!same && !differs) {
        differ(overlay, plan, expected.get(i), frame); // the first one of each plan says enough
        differs = true;
      }
      if (sampling.nextInt(SAMPLE_EVERY) == 0 && sample.size() < SAMPLE) {
        sample.add(frame);
      }
    }
    frames += sent.size();
    if (expected.size() != sent.size()) {
      note(
          "%s: %d frames instead of %d"
              .formatted(where(overlay, plan), sent.size(), expected.size()));
    }
  }

  private static boolean equalButForTheId(byte[] wanted, byte[] frame, int ip) {
    if (wanted.length != frame.length || !isSumRight(wanted, ip) || !isSumRight(frame, ip)) {
      return false;
    }
    byte[] a = wanted.clone();
    byte[] b = frame.clone();
    for (int field : new int[] {ip + 4, ip + 5, ip + 10, ip + 11}) {
      a[field] = 0;
      b[field] = 0;
    }
    return Arrays.equals(a, b);
  }

  /** RFC 791: the ones' complement sum of the header's words, checksum included, is all ones. */
  private static boolean isSumRight(byte[] frame, int ip) {
    int sum = 0;
    for (int at = ip; at < ip + 20; at += 2) {
      sum += (frame[at] & 0xff) << 8 | frame[at + 1] & 0xff;
    }
    return (sum >> 16) + (sum & 0xffff) == 0xffff;
  }

  private static String where(OverlayCase overlay, OffloadPlan plan) {
    return "%s %s %s".formatted(plan.port(), plan.request().preference(), plan.shape())
        + " [%s]".formatted(overlay);
  }

  private void differ(OverlayCase overlay, OffloadPlan plan, Expected expected, byte[] frame) {
    int at = Arrays.mismatch(expected.frame(), frame);
    note(
        "%s: %s: %d bytes instead of %d, differing from byte %d on: %s instead of %s"
            .formatted(
                where(overlay, plan),
                expected.kind(),
                frame.length,
                expected.frame().length,
                at,
                around(frame, at),
                around(expected.frame(), at)));
  }

  private static String around(byte[] frame, int at) {
    int from = Math.clamp(at - 4L, 0, frame.length);
    return HexFormat.of().formatHex(frame, from, Math.min(frame.length, from + 16));
  }

  private void note(String difference) {
    if (differences.size() < DIFFERENCES) {
      differences.add(difference);
    }
  }
}
