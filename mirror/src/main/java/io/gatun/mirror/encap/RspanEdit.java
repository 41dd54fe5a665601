package io.gatun.mirror.encap;

import io.gatun.bindings.Memory;
import io.gatun.pmd.DataPath;
import io.gatun.pmd.Mbuf;
import io.gatun.pmd.wire.Ethernet;
import io.gatun.pmd.wire.Vlan;
import io.gatun.pmd.wire.VlanTag;

/** An 802.1Q tag before those that the frame has: the addresses move, the rest stays. */
final class RspanEdit implements FrameEdit {
  /** Both addresses, which come before the tag. */
  private static final int ADDRESSES = 2 * Ethernet.ADDRESS_BYTES;

  private final int tci;

  RspanEdit(EncapsulationSpec.Rspan spec) {
    tci = Vlan.tciOf(spec.priority(), spec.vlan());
  }

  @Override
  public int moved() {
    return ADDRESSES;
  }

  @Override
  @DataPath
  public int headroom() {
    return VlanTag.LENGTH;
  }

  @Override
  @DataPath
  public int maxFrameBytes() {
    return UNLIMITED;
  }

  @Override
  @DataPath
  public boolean needsTimestamp() {
    return false;
  }

  @Override
  @DataPath
  public void apply(Mbuf mbuf, int originalBytes, long timestampNanos, boolean egress) {
    VlanTag.insert(mbuf, tci);
  }

  @Override
  @DataPath
  public void undo(Mbuf mbuf) {
    VlanTag.remove(mbuf);
  }

  @Override
  @DataPath
  public int writeHeader(
      Mbuf header,
      Mbuf frame,
      int frameBytes,
      int originalBytes,
      long timestampNanos,
      boolean egress) {
    long from = Memory.base(frame.data());
    long at = Memory.base(header.append(ADDRESSES + VlanTag.LENGTH));
    Memory.putLong(at, Memory.getLong(from));
    Memory.putInt(at + Long.BYTES, Memory.getInt(from + Long.BYTES));
    Ethernet.type(at, Ethernet.TYPE_VLAN);
    Vlan.tci(at + Ethernet.LENGTH, tci);
    return ADDRESSES;
  }
}
