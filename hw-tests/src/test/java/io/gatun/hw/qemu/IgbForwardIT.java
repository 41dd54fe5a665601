package io.gatun.hw.qemu;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.gatun.hw.tool.Pcap;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The distribution on emulated NICs, with a peer outside that sends and receives frames. */
@QemuTest
class IgbForwardIT {
  private static final int FRAMES = 2000;
  private static final int MIN_FRAME = 60;
  private static final int MAX_FRAME = 1514;
  private static final int ADDRESS_BYTES = 12;

  /** A type for experiments (IEEE 802). */
  private static final short TYPE = (short) 0x88b5;

  private static QemuGuest guest;

  @BeforeAll
  static void boot() {
    guest = QemuGuest.start(GuestConfig.DEFAULT);
    guest.bindNicsToVfio();
  }

  @AfterAll
  static void end() {
    guest.close();
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
    List<byte[]> frames = frames();
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
    assertSame(frames, Pcap.read(guest.capture(0)));
    assertSame(frames, Pcap.read(guest.capture(1)));
    assertThat(guest.wire(1).receive(1)).isNull();
  }

  private static void assertSame(List<byte[]> expected, List<byte[]> actual) {
    assertThat(actual.toArray(byte[][]::new)).isDeepEqualTo(expected.toArray(byte[][]::new));
  }

  /** Numbered frames of all sizes. */
  private static List<byte[]> frames() {
    Random random = new Random(1);
    List<byte[]> frames = new ArrayList<>();
    for (int i = 0; i < FRAMES; i++) {
      byte[] frame = new byte[random.nextInt(MIN_FRAME, MAX_FRAME + 1)];
      random.nextBytes(frame);
      // A station's address, not a group's.
      frame[0] &= (byte) 0xfe;
      ByteBuffer.wrap(frame).putShort(ADDRESS_BYTES, TYPE).putInt(ADDRESS_BYTES + 2, i);
      frames.add(frame);
    }
    return frames;
  }
}
