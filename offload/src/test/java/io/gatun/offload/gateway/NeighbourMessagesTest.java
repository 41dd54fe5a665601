package io.gatun.offload.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatun.bindings.Memory;
import io.gatun.pmd.MacAddress;
import io.gatun.pmd.wire.IpAddress;
import io.gatun.pmd.wire.Vlan;
import io.gatun.testing.FakeMbufs;
import java.lang.foreign.Arena;
import org.junit.jupiter.api.Test;

class NeighbourMessagesTest {
  private static final long OWN = MacAddress.parse("02:00:00:00:00:01").littleEndian();
  private static final long PEER = MacAddress.parse("02:00:00:00:00:02").littleEndian();
  private static final IpAddress OWN4 = IpAddress.parse("192.0.2.1");
  private static final IpAddress PEER4 = IpAddress.parse("192.0.2.2");
  private static final IpAddress OWN6 = IpAddress.parse("2001:db8::1");
  private static final IpAddress PEER6 = IpAddress.parse("2001:db8::1234:5678");
  private static final int UNTAGGED = NeighbourMessages.UNTAGGED;
  private static final int TAG = Vlan.tciOf(5, 42);

  private final long at = Arena.global().allocate(256).address();

  NeighbourMessagesTest() {
    Memory.fill(at, 256, (byte) 0xa5); // an mbuf holds what was there before
  }

  private String written(int length) {
    byte[] bytes = new byte[length];
    Memory.copy(at, bytes, 0, length);
    assertThat(length).isBetween(NeighbourMessages.MIN_FRAME, NeighbourMessages.MAX_BYTES);
    assertThat(Memory.getByte(at + length)).isEqualTo((byte) 0xa5);
    return FakeMbufs.hex(bytes);
  }

  private String request(int tag, IpAddress own, IpAddress target, long mac) {
    return written(NeighbourMessages.writeRequest(at, OWN, tag, own, target, mac));
  }

  @Test
  void requestsAreAsScapyBuildsThem() {
    long everybody = NeighbourTable.NONE;
    assertThat(request(UNTAGGED, OWN4, PEER4, everybody)).isEqualTo(Frames.ARP_REQUEST);
    assertThat(request(TAG, OWN4, PEER4, PEER)).isEqualTo(Frames.ARP_REQUEST_UNICAST_TAGGED);
    assertThat(request(UNTAGGED, OWN6, PEER6, everybody)).isEqualTo(Frames.SOLICITATION);
    assertThat(request(TAG, OWN6, PEER6, PEER)).isEqualTo(Frames.SOLICITATION_UNICAST_TAGGED);
  }

  @Test
  void announcementsAreAsScapyBuildsThem() {
    assertThat(written(NeighbourMessages.writeAnnouncement(at, OWN, UNTAGGED, OWN4)))
        .isEqualTo(Frames.ARP_ANNOUNCEMENT);
    assertThat(written(NeighbourMessages.writeAnnouncement(at, OWN, UNTAGGED, OWN6)))
        .isEqualTo(Frames.UNSOLICITED_ADVERTISEMENT);
  }
}
