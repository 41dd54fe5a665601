package io.gatun.mirror.file;

import io.gatun.pmd.Counter;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * What the thread of a capture does: it takes frames from the rings, oldest first, makes blocks of
 * them, and writes those, always whole ones.
 *
 * <p>A batch is what the rings hold when it begins. Frames of one ring stay in order; within a
 * batch those of several are merged by time stamp, so a frame stands behind a younger one of
 * another ring only if it was offered after the batch had begun.
 *
 * <p>A failure (a full disk, say) is the end: the file is cut to its last whole block, the rings
 * refuse and every buffer is given back.
 */
final class CaptureWriter implements Runnable {
  private static final int RELEASE_MASK = 31; // buffers go back in groups of 32
  private static final long IDLE_LEAST_NANOS = 10_000;
  private static final long IDLE_MOST_NANOS = 1_000_000;
  private static final long LOOK_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final CaptureFileConfig config;
  private final List<CaptureInterface> interfaces;
  private final FileSequence sequence;
  private final PcapngBlocks blocks;
  private final int closingBytes;

  private final Counter packets = new Counter();
  private final Counter bytes = new Counter();
  private volatile FrameRing[] rings = {};
  private volatile boolean closing;
  private volatile @Nullable String failure;
  private volatile @Nullable String warning;
  private boolean ended; // guarded by this

  private PcapngFile file;
  private final long[] written; // by interface, in this file
  private final long[] dropped; // the same, of those that a frame of this file or its end names
  private final long[] reported; // by interface, in all files
  private long filePackets;
  private long fileStartNanos; // since 1970
  private long periodStart; // System.nanoTime
  private long lastLook;

  CaptureWriter(CaptureFileConfig config, List<CaptureInterface> interfaces) throws IOException {
    this.config = config;
    this.interfaces = interfaces;
    closingBytes = interfaces.size() * PcapngBlocks.STATISTICS_BYTES;
    written = new long[interfaces.size()];
    dropped = new long[interfaces.size()];
    reported = new long[interfaces.size()];
    sequence = new FileSequence(config);
    file = PcapngFile.create(nextPath());
    blocks = new PcapngBlocks(config.dropReasons());
    try {
      begin();
    } catch (IOException | RuntimeException e) {
      blocks.close();
      file.close();
      throw e;
    }
  }

  private Path nextPath() {
    return sequence.next(LocalDateTime.now(ZoneId.systemDefault()));
  }

  // ---- other threads ----------------------------------------------------------------------------

  synchronized void add(FrameRing ring) {
    FrameRing[] all = Arrays.copyOf(rings, rings.length + 1);
    all[rings.length] = ring;
    rings = all;
    if (ended) {
      ring.abandon();
    }
  }

  void end() {
    closing = true;
  }

  FileSequence sequence() {
    return sequence;
  }

  long packets() {
    return packets.get();
  }

  long bytes() {
    return bytes.get();
  }

  @Nullable String failure() {
    return failure;
  }

  @Nullable String warning() {
    return warning;
  }

  /** Frames that rings took and no file has: none before a failure. */
  synchronized long lost() {
    if (!ended) {
      return 0;
    }
    long offered = 0;
    for (FrameRing ring : rings) {
      offered += ring.offered();
    }
    return offered - packets.get();
  }

  // ---- the writer's thread ----------------------------------------------------------------------

  @Override
  public void run() {
    try {
      writeAll();
      finish();
    } catch (IOException e) {
      failure = e.getMessage();
    } catch (RuntimeException | Error e) {
      failure = "%s: the writer failed: %s".formatted(file.path(), e);
      throw e; // a mistake of ours: the thread's handler shows where
    } finally {
      retire();
    }
  }

  private void writeAll() throws IOException {
    long idleNanos = IDLE_LEAST_NANOS;
    boolean last;
    int frames;
    do {
      last = closing; // before the rings are looked at, so that what they have by then is written
      frames = drain();
      flush();
      tend();
      if (frames > 0) {
        idleNanos = IDLE_LEAST_NANOS;
      } else if (!last) {
        LockSupport.parkNanos(this, idleNanos);
        idleNanos = Math.min(2 * idleNanos, IDLE_MOST_NANOS);
      }
    } while (!last || frames > 0);
  }

  /** One batch; returns how many frames it had. */
  private int drain() throws IOException {
    FrameRing[] all = rings;
    long[] ends = new long[all.length];
    for (int i = 0; i < all.length; i++) {
      ends[i] = all[i].published();
    }
    int frames = 0;
    for (FrameRing ring = oldest(all, ends); ring != null; ring = oldest(all, ends)) {
      write(ring);
      ring.advance();
      if ((ring.next() & RELEASE_MASK) == 0) {
        ring.release();
      }
      frames++;
    }
    for (FrameRing ring : all) {
      ring.release();
    }
    return frames;
  }

  private static @Nullable FrameRing oldest(FrameRing[] all, long[] ends) {
    FrameRing oldest = null;
    long least = 0;
    for (int i = 0; i < all.length; i++) {
      FrameRing ring = all[i];
      if (ring.next() < ends[i]) {
        long nanos = ring.timestampNanos(ring.next());
        if (oldest == null || nanos < least) {
          oldest = ring;
          least = nanos;
        }
      }
    }
    return oldest;
  }

  private void write(FrameRing ring) throws IOException {
    long lost = ring.lostBefore();
    int size = blocks.packetBytes(ring.captured(), lost, ring.dropReason());
    long most = config.maxBytes();
    if (most > 0 && filePackets > 0 && file.size() + blocks.bytes() + size + closingBytes > most) {
      rotate();
    }
    reserve(size);
    blocks.packet(ring);
    filePackets++;
    int port = ring.interfaceId();
    written[port]++;
    dropped[port] += lost;
    reported[port] += lost;
  }

  private void reserve(int size) throws IOException {
    if (!blocks.hasRoom(size)) {
      flush();
    }
  }

  private void flush() throws IOException {
    if (blocks.bytes() == 0) {
      return;
    }
    long before = file.size();
    try {
      file.append(blocks);
    } finally {
      packets.add(blocks.packets());
      bytes.add(file.size() - before);
      blocks.clear();
    }
  }

  /** Once a batch: a new file when it is time, a look at the old one once a second. */
  private void tend() throws IOException {
    long now = System.nanoTime();
    if (config.maxSeconds() > 0
        && now - periodStart >= TimeUnit.SECONDS.toNanos(config.maxSeconds())) {
      if (filePackets > 0) {
        rotate();
      } else {
        periodStart = now; // files without packets would push out those that have some
      }
    }
    if (now - lastLook >= LOOK_NANOS) {
      lastLook = now;
      look();
    }
  }

  /** Somebody may delete or rename a file that is written; that does no harm, but is said. */
  private void look() {
    if (warning == null && !file.isInPlace()) {
      warning =
          "%s: was deleted or renamed while it is written; what is written goes where it went"
              .formatted(file.path());
    }
  }

  private void rotate() throws IOException {
    closeSection();
    file = PcapngFile.create(nextPath());
    begin();
  }

  private void begin() throws IOException {
    Instant now = Instant.now();
    fileStartNanos = nanos(now);
    periodStart = System.nanoTime();
    lastLook = periodStart;
    filePackets = 0;
    Arrays.fill(written, 0);
    Arrays.fill(dropped, 0);
    blocks.section(
        System.getProperty("os.arch", ""),
        System.getProperty("os.name", "") + " " + System.getProperty("os.version", ""),
        CaptureFile.application());
    for (CaptureInterface port : interfaces) {
      reserve(PcapngBlocks.descriptionBytes(port));
      blocks.description(port);
    }
    flush();
    try {
      sequence.add(file.path());
    } catch (IOException e) {
      warning = "a file of an earlier turn could not be deleted: " + e;
    }
  }

  /** What was lost behind the last frame stands nowhere yet. */
  private void finish() throws IOException {
    for (int port = 0; port < interfaces.size(); port++) {
      long all = 0;
      for (FrameRing ring : rings) {
        all += ring.droppedFrames(port);
      }
      dropped[port] += all - reported[port];
    }
    closeSection();
  }

  private void closeSection() throws IOException {
    long now = nanos(Instant.now());
    for (int port = 0; port < interfaces.size(); port++) {
      reserve(PcapngBlocks.STATISTICS_BYTES);
      blocks.statistics(port, fileStartNanos, now, written[port], dropped[port]);
    }
    flush();
    look();
    file.close();
  }

  private static long nanos(Instant time) {
    return TimeUnit.SECONDS.toNanos(time.getEpochSecond()) + time.getNano();
  }

  /** From here on nothing of anybody's is touched. */
  private synchronized void retire() {
    ended = true;
    for (FrameRing ring : rings) {
      ring.abandon();
    }
    try {
      file.close();
    } catch (IOException e) {
      if (failure == null) {
        failure = e.getMessage();
      }
    }
    blocks.close();
  }
}
