package io.gatun.pmd.observe;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatun.pmd.IdleStrategy;
import io.gatun.pmd.Lcore;
import io.gatun.pmd.LinkStatus;
import io.gatun.pmd.PollLoop;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FlightRecorderTest {
  @TempDir Path folder;

  private List<RecordedEvent> record(String event, Runnable work) throws IOException {
    try (Recording recording = new Recording()) {
      recording.enable(event);
      recording.start();
      work.run();
      recording.stop();
      Path file = folder.resolve("events.jfr");
      recording.dump(file);
      return RecordingFile.readAllEvents(file);
    }
  }

  @Test
  void dropsAreWrittenOnceForThePortThatLost() throws IOException {
    List<RecordedEvent> events =
        record(
            "io.gatun.PacketDrops",
            () -> {
              FlightRecorder recorder = new FlightRecorder();
              recorder.sampled(Samples.of(0, 0));
              recorder.sampled(Samples.of(5, 7));
              recorder.sampled(Samples.of(5, 7));
            });

    assertThat(events).hasSize(1);
    assertThat(events.getFirst().getInt("port")).isEqualTo(3);
    assertThat(events.getFirst().getLong("rxMissed")).isEqualTo(5);
    assertThat(events.getFirst().getLong("txDropped")).isEqualTo(7);
  }

  @Test
  void linkChangesCarryTheNewState() throws IOException {
    List<RecordedEvent> events =
        record(
            "io.gatun.LinkChange",
            () -> new FlightRecorder().linkChanged(2, new LinkStatus(true, 25_000, true)));

    assertThat(events).hasSize(1);
    assertThat(events.getFirst().getInt("port")).isEqualTo(2);
    assertThat(events.getFirst().getBoolean("up")).isTrue();
    assertThat(events.getFirst().getInt("speedMbps")).isEqualTo(25_000);
  }

  @Test
  void aLoopThatNeverTurnsIsNoStallUntilItTurnsAgain() throws IOException {
    // A loop that was never launched stands still: its stall is written when it ends, so not here.
    PollLoop still = new PollLoop(new Lcore(7, 1, 0, false), List.of(), IdleStrategy.busy());

    List<RecordedEvent> events =
        record(
            "io.gatun.BurstStall",
            () -> {
              FlightRecorder recorder = new FlightRecorder();
              for (int look = 0; look < 5; look++) {
                recorder.look(List.of(still));
              }
            });

    assertThat(events).isEmpty();
  }
}
