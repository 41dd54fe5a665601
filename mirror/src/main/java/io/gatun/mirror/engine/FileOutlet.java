package io.gatun.mirror.engine;

import io.gatun.mirror.file.FrameRing;
import io.gatun.pmd.DataPath;
import org.jspecify.annotations.Nullable;

/**
 * A pcapng file as a destination: its writer is the device, its ring the descriptors. One lcore.
 */
public final class FileOutlet extends Outlet {
  private final FrameRing ring;
  private final int[] interfaceOfPort;
  private final int snaplen;
  private final long unixOffsetNanos;
  private long offered;

  /**
   * @param interfaceOfPort number of the file's interface, by port number plus 1; 0 stands for
   *     dropped packets
   * @param snaplen most bytes of a frame; 0 for all
   * @param unixOffsetNanos what {@link System#nanoTime} lacks to be Unix time
   */
  public FileOutlet(FrameRing ring, int[] interfaceOfPort, int snaplen, long unixOffsetNanos) {
    super(Integer.highestOneBit(Math.max(ring.capacity(), 2) * 2 - 1));
    this.ring = ring;
    this.interfaceOfPort = interfaceOfPort.clone();
    this.snaplen = snaplen;
    this.unixOffsetNanos = unixOffsetNanos;
  }

  @Override
  public String completion() {
    return "written";
  }

  @Override
  @DataPath
  @Nullable MirrorDrop failure() {
    return ring.isFailed() ? MirrorDrop.DESTINATION_FAILED : null;
  }

  @Override
  @DataPath
  boolean releasesInBurst() {
    return false;
  }

  @Override
  @DataPath
  boolean isComplete(BufferTable table, int slot) {
    return ring.completed() > table.position[slot];
  }

  @Override
  @DataPath
  void drive(long nowNanos) {}

  @Override
  @DataPath
  void missed(int port, int frames) {
    ring.dropped(interfaceOfPort[port + 1], frames);
  }

  @Override
  @DataPath
  int send(BufferTable table, int[] slots, int count) {
    int most = Math.min(count, second().remaining());
    for (int i = 0; i < most; i++) {
      int slot = slots[i];
      Tap tap = table.tap[slot];
      int length = table.length[slot];
      if (!ring.offer(
          table.mbuf[slot],
          snaplen == 0 ? length : Math.min(snaplen, length),
          length,
          interfaceOfPort[tap.port() + 1],
          tap.isEgress(),
          table.sinceNanos[slot] + unixOffsetNanos,
          table.dropReason[slot])) {
        return i;
      }
      table.position[slot] = offered++;
    }
    return most;
  }
}
