package io.gatun.hw.qemu;

import static io.gatun.hw.qemu.NumberedFrames.assertSame;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.gatun.hw.tool.Pcap;
import io.gatun.hw.tool.Tool;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The mirror on NICs with real descriptors, whose driver gives buffers back late: frames come in at
 * the first NIC, leave at the second one, and are mirrored to the third one.
 */
@QemuTest
@ExtendWith(IgbGuest.class)
class IgbMirrorIT {
  private static final int FRAMES = 400;

  /** Sessions of both directions, each to two destinations: as it is, and as ERSPAN type II. */
  private static final int DESTINATIONS = 4;

  private static final int INGRESS_SESSION = 1;
  private static final int EGRESS_SESSION = 2;

  /** Ethernet, IPv4, GRE with a sequence number, ERSPAN type II. */
  private static final int ERSPAN_BYTES = 14 + 20 + 8 + 8;

  /** Longer than any test: what comes before it comes because of a completion. */
  private static final String DEADLINE = "3600s";

  /**
   * References to a buffer when it is handed to the mirror's queue: the mirror's own, that queue's,
   * and where descriptors tell also the first driver's, which is late.
   */
  private static final Map<String, Integer> REFERENCES_WHEN_MIRRORED =
      Map.of("descriptor_status", 3, "reference_count", 2);

  private final QemuGuest guest;

  IgbMirrorIT(QemuGuest guest) {
    this.guest = guest;
  }

  // ---- the command ------------------------------------------------------------------------------

  /**
   * Left to itself the mirror takes descriptor status. Under best effort, on a processor as slow as
   * the emulated one, packets are delivered as copies when {@code --hold-max} is over; under {@code
   * hold} none may be.
   */
  @ParameterizedTest
  @CsvSource({
    "PHYSICAL, auto, hold, descriptor_status",
    "PHYSICAL, refcnt, best-effort, reference_count",
    "VIRTUAL, auto, hold, descriptor_status"
  })
  void bothDirectionsAreMirrored(
      IgbFunctions functions, String completion, String policy, String detector) {
    Path mirrored = functions.capture(guest, 2);
    int before = Pcap.read(mirrored).size();
    List<byte[]> frames = functions.frames(FRAMES);
    GuestCommand mirror =
        GuestGatun.start(
            guest,
            functions.allowed(),
            "mirror",
            "--ports=0-1",
            "--completion=" + completion,
            "--max-held=2048",
            "--stats-period=0.2",
            "--json",
            "--session=" + session("in", "0:rx", INGRESS_SESSION, policy),
            "--session=" + session("out", "1:tx", EGRESS_SESSION, policy));
    // From the live table on packets flow.
    mirror.await("the live table", () -> mirror.errors().contains("Mpps"));

    List<byte[]> primary = functions.wire(guest, 0).sendThrough(functions.wire(guest, 1), frames);
    mirror.signal("TERM");
    JsonNode summary = mirror.json();

    assertSame(frames, primary);
    assertThat(functions.wire(guest, 1).receive(1)).isNull();
    List<byte[]> captured = Pcap.read(mirrored);
    assertMirrored(frames, captured.subList(before, captured.size()));
    assertThat(sequenceNumbers(mirrored, INGRESS_SESSION, before)).isEqualTo(numbers());
    assertThat(sequenceNumbers(mirrored, EGRESS_SESSION, before)).isEqualTo(numbers());
    assertNothingLost(summary);
    assertCompletions(summary.get("mirror"), detector);
    if (policy.equals("hold")) {
      assertThat(summary.at("/mirror/taps").findValuesAsText("copies")).containsOnly("0");
    }
  }

  private static String session(String name, String source, int number, String policy) {
    return ("name=%s source=%s policy=%s deadline=%s to=port:2"
            + " to=erspan2:port=2,local=192.0.2.1,remote=192.0.2.2,session=%d")
        .formatted(name, source, policy, DEADLINE, number);
  }

  /**
   * Every frame was mirrored when it came in and again when it had left: the first and the second
   * appearance of each number, plain and in ERSPAN, are the two streams of a kind.
   */
  private static void assertMirrored(List<byte[]> frames, List<byte[]> captured) {
    List<byte[]> plain = new ArrayList<>();
    List<byte[]> inner = new ArrayList<>();
    for (byte[] frame : captured) {
      if (NumberedFrames.isOne(frame)) {
        plain.add(frame);
      } else {
        inner.add(Arrays.copyOfRange(frame, ERSPAN_BYTES, frame.length));
      }
    }
    for (List<byte[]> both : List.of(plain, inner)) {
      Set<Integer> numbers = new HashSet<>();
      List<byte[]> ingress = new ArrayList<>();
      List<byte[]> egress = new ArrayList<>();
      for (byte[] frame : both) {
        (numbers.add(NumberedFrames.number(frame)) ? ingress : egress).add(frame);
      }
      assertSame(frames, ingress);
      assertSame(frames, egress);
    }
  }

  private static List<Integer> numbers() {
    return IntStream.range(0, FRAMES).boxed().toList();
  }

  /** What tshark says of the ERSPAN frames of a session. */
  private static List<Integer> sequenceNumbers(Path capture, int session, int before) {
    return Tool.run(
            "tshark",
            "-n",
            "-r",
            capture.toString(),
            "-Y",
            "erspan.version == 1 && erspan.spanid == %d && frame.number > %d"
                .formatted(session, before),
            "-T",
            "fields",
            "-e",
            "gre.sequence_number")
        .orFail()
        .lines()
        .map(Integer::valueOf)
        .toList();
  }

  private static void assertNothingLost(JsonNode summary) {
    assertThat(summary.get("packets").asInt()).isEqualTo(FRAMES);
    assertThat(summary.get("mirrored").asInt()).isEqualTo(DESTINATIONS * FRAMES);
    assertThat(summary.get("mirror_dropped").asInt()).isZero();
    assertThat(summary.get("dropped").asInt()).isZero();
    assertThat(summary.get("rx_missed").asInt()).isZero();
    assertThat(summary.get("lost_mbufs").asInt()).isZero();
    assertThat(summary.at("/mirror/faults").asInt(-1)).isZero();
    assertThat(summary.at("/mirror/held").asInt(-1)).isZero();
  }

  private static void assertCompletions(JsonNode mirror, String detector) {
    List<String> taps = new ArrayList<>();
    for (JsonNode tap : mirror.get("taps")) {
      taps.add(
          "%s %s %s"
              .formatted(
                  tap.path("port").asText("no port"),
                  tap.get("direction").asText(),
                  tap.get("completion").asText()));
    }
    assertThat(taps).contains("0 rx receipt", "1 tx " + detector);
    for (JsonNode session : mirror.get("sessions")) {
      for (JsonNode destination : session.get("destinations")) {
        assertThat(destination.get("completion").asText()).isEqualTo(detector);
        assertThat(destination.get("mirrored").asInt()).isEqualTo(FRAMES);
      }
    }
  }

  // ---- one buffer -------------------------------------------------------------------------------

  @ParameterizedTest
  @EnumSource
  void oneBufferIsSentTwiceAndGivenBackAfterTheSecondCompletion(IgbFunctions functions) {
    int before = Pcap.read(functions.capture(guest, 2)).size();
    List<byte[]> frames = functions.frames(MirrorProbe.PACKETS);
    frames.replaceAll(frame -> Arrays.copyOf(frame, MirrorProbe.FRAME_BYTES));
    GuestCommand probe = GuestGatun.startClass(guest, MirrorProbe.class, functions.ealArguments());
    for (int i = 1; i <= REFERENCES_WHEN_MIRRORED.size(); i++) {
      int turn = i;
      probe.await(
          "the probe to receive",
          () -> probe.errors().lines().filter(MirrorProbe.RECEIVING::equals).count() == turn);
      frames.forEach(functions.wire(guest, 0)::send);
    }
    JsonNode seen = probe.json();

    REFERENCES_WHEN_MIRRORED.forEach(
        (detector, references) -> {
          assertEgress(seen.get("egress_" + detector), detector, references);
          assertIngress(seen.get("ingress_" + detector), detector, frames);
        });
    assertThat(seen.get("lost_mbufs").asInt()).isZero();
    assertThat(Pcap.read(functions.capture(guest, 2)).size() - before)
        .isEqualTo(4 * MirrorProbe.PACKETS);
  }

  private static void assertEgress(JsonNode seen, String detector, int references) {
    assertThat(numbers(seen.get("packets"))).hasSize(MirrorProbe.PACKETS).doesNotHaveDuplicates();
    // The mirror has looked, was told nothing, and has done nothing.
    assertThat(seen.get("questions_before_first").asInt()).isPositive();
    assertThat(seen.get("mirrored_before_first").asInt()).isZero();
    // Then the very buffers, of which the driver has let go or whose descriptors are done.
    assertThat(seen.get("mirrored")).isEqualTo(seen.get("packets"));
    assertThat(numbers(seen.get("references_when_mirrored"))).containsOnly((long) references);
    assertKnownDone(seen, detector);
    assertThat(seen.get("questions_before_second").asInt()).isPositive();
    assertThat(seen.get("away_before_second").asInt()).isEqualTo(MirrorProbe.PACKETS);
    assertThat(seen.get("held_before_second").asInt()).isEqualTo(MirrorProbe.PACKETS);
    if (detector.equals("reference_count")) {
      // Nobody else had a reference any more; a driver whose descriptors tell may have.
      assertThat(seen.get("away_after_second").asInt()).isZero();
    }
    assertAllIsOver(seen);
  }

  private static void assertIngress(JsonNode seen, String detector, List<byte[]> frames) {
    assertThat(numbers(seen.get("mirrored"))).hasSize(MirrorProbe.PACKETS).doesNotHaveDuplicates();
    // The mirror's own and the driver's.
    assertThat(numbers(seen.get("references_when_mirrored"))).containsOnly(2L);
    assertThat(seen.get("questions_before_second").asInt()).isPositive();
    assertThat(seen.get("delivered_before_second").asInt()).isZero();
    assertThat(seen.get("held_before_second").asInt()).isEqualTo(MirrorProbe.PACKETS);
    // A descriptor that is done is not enough: the driver's reference is still there.
    assertKnownDone(seen, detector);
    assertThat(seen.get("delivered_before_references").asInt()).isZero();
    // The very buffers, which nobody else has any more, as they were received.
    assertThat(seen.get("delivered")).isEqualTo(seen.get("mirrored"));
    assertThat(numbers(seen.get("references_when_delivered"))).containsOnly(1L);
    assertThat(numbers(seen.get("lengths"))).containsOnly((long) MirrorProbe.FRAME_BYTES);
    assertThat(numbers(seen.get("last_bytes")))
        .isEqualTo(
            frames.stream().map(frame -> (long) frame[MirrorProbe.FRAME_BYTES - 1]).toList());
    assertThat(seen.get("copies").asInt()).isZero();
    assertAllIsOver(seen);
  }

  /** Where descriptors tell, each buffer's own has been asked for, and the answer was yes. */
  private static void assertKnownDone(JsonNode seen, String detector) {
    if (detector.equals("descriptor_status")) {
      assertThat(seen.get("known_done").asInt()).isEqualTo(MirrorProbe.PACKETS);
    }
  }

  private static void assertAllIsOver(JsonNode seen) {
    assertThat(seen.get("held").asInt()).isZero();
    assertThat(seen.get("faults").asInt()).isZero();
    assertThat(seen.get("away_after_cleanup").asInt()).isZero();
  }

  private static List<Long> numbers(JsonNode array) {
    List<Long> numbers = new ArrayList<>();
    array.forEach(number -> numbers.add(number.asLong()));
    return numbers;
  }
}
