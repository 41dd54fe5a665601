package io.gatun.mirror.encap;

import io.gatun.bindings.Memory;
import io.gatun.pmd.DataPath;
import io.gatun.pmd.Mbuf;
import io.gatun.pmd.wire.Ethernet;
import io.gatun.pmd.wire.Vlan;

/** The VLAN tag that a mirrored frame brings along. */
@DataPath
final class FrameTag {
  static final int NONE = -1;

  private FrameTag() {}

  /**
   * The TCI of the frame's first tag, or {@link #NONE}.
   *
   * @param frame whose first segment has at least 14 bytes; a tag's TCI that lies behind its end is
   *     not looked for in the next
   */
  static int tci(Mbuf frame) {
    long at = Memory.base(frame.data());
    boolean tagged =
        Ethernet.isVlan(Ethernet.type(at)) && frame.dataLength() >= Ethernet.LENGTH + Short.BYTES;
    return tagged ? Vlan.tci(at + Ethernet.LENGTH) : NONE;
  }
}
