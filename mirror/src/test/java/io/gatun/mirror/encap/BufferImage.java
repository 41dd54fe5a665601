package io.gatun.mirror.encap;

import io.gatun.bindings.Memory;
import io.gatun.bindings.RteMbuf;
import io.gatun.pmd.Mbuf;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * All that a packet's mbufs and buffers held at one time: the structs, and every byte of the
 * buffers from the first one of the headroom to the last one of the tailroom.
 */
final class BufferImage {
  private final List<byte[]> structs = new ArrayList<>();
  private final List<byte[]> buffers = new ArrayList<>();

  private BufferImage() {}

  static BufferImage of(long packet) {
    BufferImage image = new BufferImage();
    Mbuf mbuf = new Mbuf();
    for (long at = packet; at != 0; at = mbuf.next()) {
      mbuf.wrap(at);
      image.structs.add(bytes(at, RteMbuf.SIZEOF));
      image.buffers.add(bytes(mbuf.data() - mbuf.headroom(), mbuf.bufferLength()));
    }
    return image;
  }

  private static byte[] bytes(long at, int length) {
    byte[] bytes = new byte[length];
    Memory.copy(at, bytes, 0, length);
    return bytes;
  }

  /** Fills the headroom of each segment with what {@link #of} will find there. */
  static void fillHeadrooms(long packet, byte filler) {
    Mbuf mbuf = new Mbuf();
    for (long at = packet; at != 0; at = mbuf.next()) {
      mbuf.wrap(at);
      Memory.fill(mbuf.data() - mbuf.headroom(), mbuf.headroom(), filler);
    }
  }

  byte[][] structs() {
    return structs.toArray(byte[][]::new);
  }

  /** The buffers, the first one without the bytes in [from, to). */
  byte[][] buffersWithout(int from, int to) {
    byte[][] all = buffers.toArray(byte[][]::new);
    all[0] = all[0].clone();
    Arrays.fill(all[0], from, to, (byte) 0);
    return all;
  }
}
