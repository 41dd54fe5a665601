package io.gatun.pmd;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatun.pmd.observe.FlightRecorder;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A loop that stands still for several looks leaves one JFR event when it turns again. */
@Timeout(60)
class StallTest {
  @TempDir Path folder;

  /** Blocks in its first turn until it is let go. */
  private static final class Blocker implements Agent {
    private final CountDownLatch inside = new CountDownLatch(1);
    private final CountDownLatch letGo = new CountDownLatch(1);

    @Override
    public String name() {
      return "blocker";
    }

    @Override
    public int doWork() {
      inside.countDown();
      try {
        letGo.await();
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
      return 1;
    }
  }

  @Test
  void oneEventForOneStall() throws Exception {
    Blocker blocker = new Blocker();
    PollLoop loop = new PollLoop(new Lcore(9, 0, 0, false), List.of(blocker), IdleStrategy.busy());
    Thread thread = new Thread(loop::run, "lcore-9");
    try (Recording recording = new Recording()) {
      recording.enable("io.gatun.BurstStall");
      recording.start();
      thread.start();
      blocker.inside.await();
      FlightRecorder recorder = new FlightRecorder();
      for (int look = 0; look < 4; look++) {
        recorder.look(List.of(loop));
      }
      blocker.letGo.countDown();
      while (loop.turns() == 0) {
        Thread.onSpinWait();
      }
      recorder.look(List.of(loop));
      loop.stop();
      thread.join();
      recording.stop();
      recording.dump(folder.resolve("stall.jfr"));
    }

    List<RecordedEvent> events = RecordingFile.readAllEvents(folder.resolve("stall.jfr"));
    assertThat(events).hasSize(1);
    assertThat(events.getFirst().getInt("lcore")).isEqualTo(9);
    assertThat(loop.failure()).isNull();
  }
}
