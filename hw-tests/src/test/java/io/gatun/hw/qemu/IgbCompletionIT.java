package io.gatun.hw.qemu;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * How a driver with descriptor rings completes packets that two hold. A mirror builds on it: the
 * descriptor is done when the frame has left, and the driver keeps its reference until it needs the
 * slot again or is asked.
 */
@QemuTest
@ExtendWith(IgbGuest.class)
class IgbCompletionIT {
  private final QemuGuest guest;

  IgbCompletionIT(QemuGuest guest) {
    this.guest = guest;
  }

  @ParameterizedTest
  @EnumSource
  void aDescriptorIsDoneLongBeforeTheReferenceIsGivenBack(IgbFunctions functions) {
    JsonNode seen =
        GuestGatun.startClass(guest, CompletionProbe.class, functions.ealArguments()).json();

    assertThat(seen.get("driver").asText()).isEqualTo(functions.driver());
    assertThat(seen.get("descriptor_status").asBoolean()).isTrue();
    // So done says nothing about a slot into which nothing has been put.
    assertThat(seen.get("unused_is_done").asBoolean()).isTrue();
    JsonNode byItself = seen.get("by_itself");
    assertThat(byItself).hasSize(CompletionProbe.PACKETS);
    for (JsonNode packet : byItself) {
      assertStillHeldWhenDone(packet);
      assertThat(packet.get("references_after_kicks").asInt()).isEqualTo(2);
    }
    for (int i = 0; i < CompletionProbe.PACKETS; i++) {
      // One turn of the ring later: by the packet that needs the same slot, and not before.
      assertThat(byItself.get(i).get("others_until_returned").asInt())
          .isEqualTo(CompletionProbe.DESCRIPTORS - CompletionProbe.PACKETS + 1 + i);
    }
    JsonNode byCleanup = seen.get("by_cleanup");
    assertThat(byCleanup.get("packets")).hasSize(CompletionProbe.PACKETS);
    byCleanup.get("packets").forEach(IgbCompletionIT::assertStillHeldWhenDone);
    assertThat(byCleanup.get("result").asInt()).isEqualTo(CompletionProbe.PACKETS);
    assertThat(byCleanup.get("references_after")).allMatch(count -> count.asInt() == 1);
    assertThat(seen.get("lost_mbufs").asInt()).isZero();
    assertThat(numbers(functions.wire(guest, 0), seen.get("sent").asInt()))
        .isSorted()
        .doesNotHaveDuplicates();
  }

  private static void assertStillHeldWhenDone(JsonNode packet) {
    assertThat(packet.get("done").asBoolean()).isTrue();
    assertThat(packet.get("references_when_done").asInt()).isEqualTo(2);
  }

  /** The numbers in the frames that have come out. */
  private static List<Integer> numbers(Wire wire, int count) {
    List<Integer> numbers = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      byte[] frame = wire.receive(1000);
      assertThat(frame).as("frame %d of %d", i, count).hasSize(CompletionProbe.FRAME_BYTES);
      numbers.add(ByteBuffer.wrap(frame).getInt(CompletionProbe.FRAME_BYTES - Integer.BYTES));
    }
    return numbers;
  }
}
