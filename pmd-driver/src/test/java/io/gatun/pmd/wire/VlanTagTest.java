package io.gatun.pmd.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatun.bindings.Memory;
import io.gatun.bindings.RteMbuf;
import io.gatun.pmd.Mbuf;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class VlanTagTest {
  // scapy: Ether(dst="02:00:00:00:00:01", src="02:00:00:00:00:02", type=0x0806)/b"payload", then
  // with Dot1Q(prio=5, vlan=291) and Dot1AD(vlan=7) before it.
  private static final String PLAIN = "0200000000010200000000020806" + "7061796c6f6164";
  private static final String TAGGED =
      "020000000001020000000002" + "8100a1230806" + "7061796c6f6164";
  private static final String DOUBLE =
      "020000000001020000000002" + "88a80007" + "8100a1230806" + "7061796c6f6164";

  private static final int ROOM = 64;

  private final MemorySegment struct = Arena.ofAuto().allocate(RteMbuf.SIZEOF, 64);
  private final MemorySegment buffer = Arena.ofAuto().allocate(ROOM, 64);
  private final Mbuf mbuf = new Mbuf().wrap(struct.address());

  VlanTagTest() {
    Memory.putLong(struct.address() + RteMbuf.BUF_ADDR, buffer.address());
    Memory.putShort(struct.address() + RteMbuf.BUF_LEN, (short) ROOM);
  }

  private void put(String hex, int headroom) {
    byte[] frame = HexFormat.of().parseHex(hex);
    Memory.putShort(mbuf.address() + RteMbuf.DATA_OFF, (short) headroom);
    mbuf.dataLength(frame.length);
    mbuf.packetLength(frame.length + 100); // a second segment
    Memory.copy(frame, 0, mbuf.data(), frame.length);
  }

  private String frame() {
    byte[] bytes = new byte[mbuf.dataLength()];
    Memory.copy(mbuf.data(), bytes, 0, bytes.length);
    assertThat(mbuf.packetLength()).isEqualTo(bytes.length + 100);
    return HexFormat.of().formatHex(bytes);
  }

  @Test
  void insertsBehindTheAddressesAndBeforeAllOtherTags() {
    put(PLAIN, 8);
    assertThat(VlanTag.insert(mbuf, 0xa123)).isTrue();
    assertThat(frame()).isEqualTo(TAGGED);
    assertThat(VlanTag.insert(mbuf, Ethernet.TYPE_QINQ, 7)).isTrue();
    assertThat(frame()).isEqualTo(DOUBLE);
  }

  @Test
  void removesTheFirstTagAndTellsWhatItSaid() {
    put(DOUBLE, 0);
    assertThat(VlanTag.remove(mbuf)).isEqualTo(7);
    assertThat(frame()).isEqualTo(TAGGED);
    assertThat(VlanTag.remove(mbuf)).isEqualTo(0xa123);
    assertThat(frame()).isEqualTo(PLAIN);
    assertThat(mbuf.headroom()).isEqualTo(2 * VlanTag.LENGTH);
  }

  @Test
  void changesNothingWithoutHeadroom() {
    put(PLAIN, VlanTag.LENGTH - 1);
    assertThat(VlanTag.insert(mbuf, 1)).isFalse();
    assertThat(frame()).isEqualTo(PLAIN);
    assertThat(mbuf.headroom()).isEqualTo(VlanTag.LENGTH - 1);
  }
}
