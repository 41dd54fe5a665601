package io.gatun.hw.device;

import io.gatun.bindings.RteMbufFlags;
import io.gatun.hw.model.ModelNic;
import io.gatun.pmd.Burst;
import io.gatun.pmd.Mbuf;
import io.gatun.pmd.MempoolCache;
import io.gatun.pmd.TransmitCompleter;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Sends every packet twice: as it is through a model NIC, which does what its mbuf asks for, and
 * then completed in software. Both must give the same frames; what the NIC sent is on the wire.
 */
final class CompleterWire implements OverlayWire {
  private final ModelNic nic;
  private final TransmitCompleter completer;
  private final MempoolCache cache;
  private final Burst one;
  private final Burst segments;
  private final Mbuf mbuf = new Mbuf();
  private final List<byte[]> sent = new ArrayList<>();
  private final List<String> differences = new ArrayList<>();
  private int inPlace;
  private int cut;

  CompleterWire(ModelNic nic, TransmitCompleter completer, MempoolCache cache, Arena arena) {
    this.nic = nic;
    this.completer = completer;
    this.cache = cache;
    one = Burst.allocate(1, arena);
    segments = Burst.allocate(Burst.MAX_CAPACITY, arena);
  }

  /** What the NIC sends and software does not, or the other way round. */
  List<String> differences() {
    return differences;
  }

  /** Packets with something to do that were completed where they lay. */
  int inPlace() {
    return inPlace;
  }

  /** Packets that became several. */
  int cut() {
    return cut;
  }

  @Override
  public @Nullable String send(Burst packet) {
    if (nic.prepare(packet) < packet.size()) {
      return nic.refusal();
    }
    for (int i = 0; i < packet.size(); i++) {
      List<byte[]> expected = byNic(packet.get(i));
      compare(expected, bySoftware(packet.get(i)), packet.get(i));
      sent.addAll(expected);
    }
    cache.free(packet);
    return null;
  }

  /** The model reads a packet and never changes it: a second reference brings it back. */
  private List<byte[]> byNic(long packet) {
    OverlayTenant.share(packet);
    one.add(packet);
    nic.transmit(one);
    nic.work(1);
    nic.cleanUp();
    return nic.frames();
  }

  private List<byte[]> bySoftware(long packet) {
    byte[] before = ModelNic.bytes(mbuf.wrap(packet));
    long flags = mbuf.flags();
    boolean asks = (flags & RteMbufFlags.RTE_MBUF_F_TX_OFFLOAD_MASK) != 0;
    int result = completer.complete(packet, segments);
    byte[] after = ModelNic.bytes(mbuf.wrap(packet));
    if (result == 0) {
      inPlace += asks ? 1 : 0;
      boolean asksStill = (mbuf.flags() & RteMbufFlags.RTE_MBUF_F_TX_OFFLOAD_MASK) != 0;
      return asksStill ? List.of() : List.of(after);
    }
    cut++;
    if (result != segments.size() || !Arrays.equals(before, after) || mbuf.flags() != flags) {
      differences.add(
          "%d, %d packets, and the original changed".formatted(result, segments.size()));
    }
    List<byte[]> frames = new ArrayList<>();
    for (int i = 0; i < segments.size(); i++) {
      frames.add(ModelNic.bytes(mbuf.wrap(segments.get(i))));
    }
    cache.free(segments);
    return frames;
  }

  private void compare(List<byte[]> expected, List<byte[]> frames, long packet) {
    if (expected.size() != frames.size()) {
      differences.add("%d frames instead of %d".formatted(frames.size(), expected.size()));
      return;
    }
    for (int i = 0; i < frames.size(); i++) {
      int at = Arrays.mismatch(expected.get(i), frames.get(i));
      if (at >= 0) {
        mbuf.wrap(packet);
        differences.add(
            "frame %d of %d, byte %d: %s instead of %s, flags 0x%x, lengths 0x%x"
                .formatted(
                    i,
                    frames.size(),
                    at,
                    around(frames.get(i), at),
                    around(expected.get(i), at),
                    mbuf.flags(),
                    mbuf.txOffload()));
        return;
      }
    }
  }

  private static String around(byte[] frame, int at) {
    int from = Math.clamp(at - 4L, 0, frame.length);
    return HexFormat.of().formatHex(frame, from, Math.min(frame.length, from + 16));
  }

  @Override
  public List<byte[]> frames(int expected) {
    List<byte[]> all = List.copyOf(sent);
    sent.clear();
    return all;
  }
}
