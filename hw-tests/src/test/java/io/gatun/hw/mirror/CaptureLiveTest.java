package io.gatun.hw.mirror;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatun.bindings.Memory;
import io.gatun.hw.tool.Tool;
import io.gatun.mirror.file.CaptureFile;
import io.gatun.mirror.file.CaptureFileConfig;
import io.gatun.mirror.file.CaptureInterface;
import io.gatun.mirror.file.FrameRing;
import io.gatun.pmd.Mbuf;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Captures under way: lcores offer, the writer writes, readers read. */
class CaptureLiveTest {
  private static final List<CaptureInterface> PORT = List.of(new CaptureInterface("port 0"));
  private static final int FRAME = 300;
  private static final int READS = 10;

  private final PlainMbufs mbufs = new PlainMbufs();
  @TempDir Path directory;

  @BeforeAll
  static void needsReaders() {
    Tool.assumeTshark();
  }

  @AfterEach
  void free() {
    mbufs.close();
  }

  /**
   * Stands for an lcore: it sends numbered frames out of few buffers, and writes the next number
   * into a buffer as soon as that is completed.
   */
  private final class Sender implements Runnable {
    private final FrameRing ring;
    private final long[] buffers;
    private final AtomicBoolean stop;
    private final long most;
    private final int burst;
    private final long restNanos;
    long sent;

    Sender(FrameRing ring, int buffers, AtomicBoolean stop, long most, int burst, long restNanos) {
      this.ring = ring;
      this.stop = stop;
      this.most = most;
      this.burst = burst;
      this.restNanos = restNanos;
      this.buffers = new long[buffers];
      Arrays.setAll(this.buffers, i -> mbufs.packet(new byte[FRAME]));
    }

    @Override
    public void run() {
      while (sent < most && !stop.get() && !ring.isFailed()) {
        for (int i = 0; i < burst && sent < most; i++) {
          if (sent - ring.completed() >= buffers.length || !send()) {
            break;
          }
        }
        LockSupport.parkNanos(restNanos);
      }
    }

    private boolean send() {
      long mbuf = buffers[(int) (sent % buffers.length)];
      long data = Mbuf.data(mbuf);
      for (int at = 0; at + 8 <= FRAME; at += 8) {
        Memory.putLong(data + at, sent); // all over it, so that half a frame is seen
      }
      if (!ring.offer(mbuf, FRAME, FRAME, 0, true, sent, -1)) {
        return false;
      }
      sent++;
      return true;
    }
  }

  private static long number(byte[] frame, int at) {
    long number = 0;
    for (int i = 7; i >= 0; i--) {
      number = number << 8 | frame[at + i] & 0xff;
    }
    return number;
  }

  /** The writer reads no buffer that it gave back: no frame has a younger one's bytes. */
  @Test
  void buffersMayBeFilledAnewAsSoonAsTheyAreCompleted() throws Exception {
    CaptureFileConfig config = new CaptureFileConfig(directory.resolve("m.pcapng"));
    CaptureFile file = CaptureFile.open(config.withRingCapacity(1024), PORT);
    Sender sender = new Sender(file.ring(3), 100, new AtomicBoolean(), 20_000, 100, 1_000);
    Thread lcore = Thread.ofPlatform().start(sender);
    lcore.join();
    file.close();

    assertThat(sender.ring.completed()).isEqualTo(20_000);
    List<byte[]> frames = Tshark.bytes(config.path());
    assertThat(frames).hasSize(20_000);
    for (int i = 0; i < frames.size(); i++) {
      for (int at = 0; at + 8 <= FRAME; at += 8) {
        if (number(frames.get(i), at) != i) {
          throw new AssertionError("frame " + i + " has " + number(frames.get(i), at));
        }
      }
    }
  }

  /** tshark and capinfos never find the file cut short, and find more packets each time. */
  @Test
  void theFileCanBeReadWhileItGrows() throws Exception {
    Path path = directory.resolve("m.pcapng");
    AtomicBoolean stop = new AtomicBoolean();
    CaptureFile file = CaptureFile.open(new CaptureFileConfig(path), PORT);
    Sender sender = new Sender(file.ring(0), 200, stop, Long.MAX_VALUE, 2, 500_000);
    Thread lcore = Thread.ofPlatform().start(sender);
    int before = 0;
    try {
      for (int i = 0; i < READS; i++) {
        long least = file.packets();
        // Fails on anything that tshark has to say about the file.
        int now = Tshark.packets(path, "frame.number").size();
        assertThat((long) now).isBetween(Math.max(least, before + 1), file.packets() + 100);
        before = now;
        assertThat(Tool.run("capinfos", "-c", path.toString()).errors()).isEmpty();
      }
    } finally {
      stop.set(true);
      lcore.join();
      file.close();
    }
    assertThat(Tshark.packets(path, "frame.number")).hasSize((int) sender.sent);
  }

  /** Closed while two lcores offer: what a ring took before is written, every buffer comes back. */
  @Test
  void closingUnderLoadCompletesEveryBuffer() throws Exception {
    Path path = directory.resolve("m.pcapng");
    CaptureFile file = CaptureFile.open(new CaptureFileConfig(path), PORT);
    AtomicBoolean stop = new AtomicBoolean();
    List<Sender> senders = new ArrayList<>();
    List<Thread> lcores = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      Sender sender = new Sender(file.ring(i), 4096, stop, Long.MAX_VALUE, 1000, 100_000);
      senders.add(sender);
      lcores.add(Thread.ofPlatform().start(sender));
    }
    while (file.packets() < 10_000) {
      LockSupport.parkNanos(1_000_000);
    }
    file.close();
    for (Thread lcore : lcores) {
      lcore.join(); // they end when their ring refuses
    }

    long sent = 0;
    for (Sender sender : senders) {
      assertThat(sender.ring.completed()).isEqualTo(sender.sent).isEqualTo(sender.ring.offered());
      sent += sender.sent;
    }
    assertThat(file.failure()).isNull();
    assertThat(file.packets() + file.lost()).isEqualTo(sent);
    assertThat(file.lost()).as("offers under way while it closed").isBetween(0L, 2L);
    assertThat(Tshark.packets(path, "frame.number")).hasSize((int) file.packets());
  }

  /** What two rings hold when a batch begins stands in the file in the order of time. */
  @Test
  void ringsAreMergedByTime() throws IOException {
    Path path = directory.resolve("m.pcapng");
    CaptureFile file = CaptureFile.open(new CaptureFileConfig(path), PORT);
    long packet = mbufs.packet(new byte[60]);
    FrameRing even = file.ring(0);
    FrameRing odd = file.ring(1);
    LockSupport.parkNanos(20_000_000); // the writer rests now, up to 1 ms at a time
    for (int i = 0; i < 1000; i += 2) {
      even.offer(packet, 60, 60, 0, false, i, -1);
      odd.offer(packet, 60, 60, 0, true, i + 1, -1);
    }
    file.close();

    List<Integer> evens = new ArrayList<>();
    List<Integer> odds = new ArrayList<>();
    int neighbours = 0;
    int last = -1;
    for (String line : Tshark.packets(path, "frame.time_epoch")) {
      int number = Integer.parseInt(line.substring(line.indexOf('.') + 1));
      (number % 2 == 0 ? evens : odds).add(number);
      neighbours += number == last + 1 ? 1 : 0;
      last = number;
    }
    assertThat(evens).hasSize(500).isSorted();
    assertThat(odds).hasSize(500).isSorted();
    // A batch may begin between two offers; unmerged it would be all of one ring, then the other.
    assertThat(neighbours).isGreaterThan(500);
  }

  /** tshark says so when a file is cut: the check above can fail. */
  @Test
  void aFileThatIsCutIsNoticed() throws IOException {
    Path path = directory.resolve("m.pcapng");
    CaptureFile file = CaptureFile.open(new CaptureFileConfig(path), PORT);
    file.ring(0).offer(mbufs.packet(new byte[60]), 60, 60, 0, false, 1, -1);
    file.close();
    byte[] bytes = Files.readAllBytes(path);
    Path cut = directory.resolve("cut.pcapng");
    Files.write(cut, Arrays.copyOf(bytes, bytes.length - 112 - 50));

    assertThat(Tool.run("tshark", "-r", cut.toString()).errors()).contains("cut short");
  }
}
