package io.gatun.hw.qemu;

import static io.gatun.hw.qemu.NumberedFrames.assertSame;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.gatun.hw.tool.Pcap;
import java.util.List;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The distribution on emulated NICs, with a peer outside that sends and receives frames. */
@QemuTest
@ExtendWith(IgbGuest.class)
class IgbForwardIT {
  private static final int FRAMES = 2000;

  private final QemuGuest guest;

  IgbForwardIT(QemuGuest guest) {
    this.guest = guest;
  }

  @ParameterizedTest
  @EnumSource
  void everyFrameComesOutUnchangedAndInOrder(IgbFunctions functions) {
    List<byte[]> frames = functions.frames(FRAMES);
    List<byte[]> received = Pcap.read(functions.capture(guest, 0));
    List<byte[]> sent = Pcap.read(functions.capture(guest, 1));
    GuestCommand forward =
        GuestGatun.start(
            guest, functions.allowed(), "forward", "--ports=0-1", "--stats-period=0.2", "--json");
    // From the live table on packets flow.
    forward.await("the live table", () -> forward.errors().contains("Mpps"));

    List<byte[]> out = functions.wire(guest, 0).sendThrough(functions.wire(guest, 1), frames);
    forward.signal("TERM");
    JsonNode summary = forward.json();

    assertSame(frames, out);
    assertThat(summary.at("/ports/0/driver").asText()).isEqualTo(functions.driver());
    assertThat(summary.get("packets").asInt()).isEqualTo(FRAMES);
    assertThat(summary.at("/ports/0/rx_packets").asInt()).isEqualTo(FRAMES);
    assertThat(summary.at("/ports/1/tx_packets").asInt()).isEqualTo(FRAMES);
    assertThat(summary.get("dropped").asInt()).isZero();
    assertThat(summary.get("rx_missed").asInt()).isZero();
    assertThat(summary.get("lost_mbufs").asInt()).isZero();
    // What QEMU saw: nothing else, on either NIC.
    received.addAll(frames);
    sent.addAll(frames);
    assertSame(received, Pcap.read(functions.capture(guest, 0)));
    assertSame(sent, Pcap.read(functions.capture(guest, 1)));
    assertThat(functions.wire(guest, 1).receive(1)).isNull();
  }
}
