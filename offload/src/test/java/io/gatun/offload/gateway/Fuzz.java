package io.gatun.offload.gateway;

import io.gatun.bindings.Memory;
import io.gatun.pmd.wire.Checksum;
import io.gatun.pmd.wire.Headers;
import io.gatun.pmd.wire.Ipv4;
import io.gatun.pmd.wire.Protocol;
import io.gatun.testing.FakeMbufs;
import java.lang.foreign.Arena;
import java.util.SplittableRandom;

/**
 * Damaged packets: frames that are well-formed, with some bytes changed, some cut off or added.
 * Half of them get right checksums afterwards, or nearly everything would end at the checksum. They
 * lie before guarded memory.
 */
final class Fuzz {
  static final int PACKETS = 200_000;

  private final byte[][] frames;
  private final SplittableRandom random = new SplittableRandom(20);
  private final Headers headers = new Headers();
  private final long scratch = Arena.global().allocate(4096).address();
  private int length;

  Fuzz(String... names) {
    frames = new byte[names.length][];
    for (int i = 0; i < names.length; i++) {
      frames[i] = FakeMbufs.hex(UnderlayHostTest.frame(names[i]));
    }
  }

  /** Bytes of the packet made last. */
  int length() {
    return length;
  }

  long next(FakeMbufs mbufs) {
    byte[] whole = frames[random.nextInt(frames.length)];
    length = whole.length;
    byte[] bytes = new byte[whole.length + 16];
    System.arraycopy(whole, 0, bytes, 0, whole.length);
    for (int changes = random.nextInt(4); changes > 0; changes--) {
      int at = random.nextInt(12, length); // the MAC addresses would only be refused
      bytes[at] = random.nextBoolean() ? (byte) random.nextInt() : (byte) (bytes[at] + 1);
    }
    switch (random.nextInt(8)) {
      case 0 -> length = random.nextInt(length + 1);
      case 1 -> length += random.nextInt(16);
      default -> {}
    }
    if (random.nextBoolean()) {
      repair(bytes);
    }
    return mbufs.guarded(bytes, length);
  }

  private void repair(byte[] bytes) {
    Memory.copy(bytes, 0, scratch, length);
    if (!headers.parseEthernet(scratch, length, length) || headers.ipVersion() == 0) {
      return;
    }
    long ip = scratch + headers.ipOffset();
    int size = headers.ipEnd() - headers.l4Offset();
    long icmp = scratch + headers.l4Offset();
    if (headers.ipVersion() == 4) {
      Ipv4.checksum(ip, 0);
      int sum = Checksum.finish(Checksum.sum(ip, headers.ipHeaderLength()));
      Memory.putShort(ip + Ipv4.CHECKSUM, (short) sum);
    }
    boolean six = headers.protocol() == Protocol.ICMPV6;
    if (size >= 4 && (six || headers.protocol() == Protocol.ICMP)) {
      Memory.putShort(icmp + 2, (short) 0);
      long sum = Checksum.sum(icmp, size);
      if (six) {
        sum += Checksum.pseudoHeader(ip, headers.ipVersion(), Protocol.ICMPV6);
        sum += Checksum.length(size);
      }
      Memory.putShort(icmp + 2, (short) Checksum.finish(sum));
    }
    Memory.copy(scratch, bytes, 0, length);
  }
}
