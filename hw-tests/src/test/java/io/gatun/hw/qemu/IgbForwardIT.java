package io.gatun.hw.qemu;

import static io.gatun.hw.qemu.NumberedFrames.assertSame;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.gatun.hw.tool.Pcap;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The distribution on emulated NICs, with a peer outside that sends and receives frames. */
@QemuTest
@ExtendWith(IgbGuest.class)
class IgbForwardIT {
  private static final int FRAMES = 2000;

  private final QemuGuest guest;

  IgbForwardIT(QemuGuest guest) {
    this.guest = guest;
  }

  @Test
  void portsAreTheEmulatedNics() throws IOException {
    JsonNode ports =
        new ObjectMapper().readTree(GuestGatun.start(guest, "ports", "--json").orFail());

    assertThat(ports).hasSize(GuestConfig.DEFAULT.nics());
    for (int nic = 0; nic < ports.size(); nic++) {
      JsonNode port = ports.get(nic);
      assertThat(port.get("name").asText()).isEqualTo(GuestConfig.address(nic));
      assertThat(port.get("mac").asText()).isEqualTo(GuestConfig.mac(nic));
      assertThat(port.get("driver").asText()).isEqualTo("net_e1000_igb");
      assertThat(port.at("/link/up").asBoolean()).isTrue();
    }
  }

  @Test
  void everyFrameComesOutUnchangedAndInOrder() {
    List<byte[]> frames = NumberedFrames.of(FRAMES);
    List<byte[]> received = Pcap.read(guest.capture(0));
    List<byte[]> sent = Pcap.read(guest.capture(1));
    GuestCommand forward =
        GuestGatun.start(guest, "forward", "--ports=0-1", "--stats-period=0.2", "--json");
    // From the live table on packets flow.
    forward.await("the live table", () -> forward.errors().contains("Mpps"));

    List<byte[]> out = guest.wire(0).sendThrough(guest.wire(1), frames);
    forward.signal("TERM");
    JsonNode summary = forward.json();

    assertSame(frames, out);
    assertThat(summary.get("packets").asInt()).isEqualTo(FRAMES);
    assertThat(summary.at("/ports/0/rx_packets").asInt()).isEqualTo(FRAMES);
    assertThat(summary.at("/ports/1/tx_packets").asInt()).isEqualTo(FRAMES);
    assertThat(summary.get("dropped").asInt()).isZero();
    assertThat(summary.get("rx_missed").asInt()).isZero();
    assertThat(summary.get("lost_mbufs").asInt()).isZero();
    // What QEMU saw: nothing else, on either NIC.
    received.addAll(frames);
    sent.addAll(frames);
    assertSame(received, Pcap.read(guest.capture(0)));
    assertSame(sent, Pcap.read(guest.capture(1)));
    assertThat(guest.wire(1).receive(1)).isNull();
  }
}
