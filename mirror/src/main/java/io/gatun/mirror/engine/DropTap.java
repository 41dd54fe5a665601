package io.gatun.mirror.engine;

import io.gatun.pmd.DataPath;
import io.gatun.pmd.DropSink;

/** Packets that a worker drops: mirrored with the reason, then freed. One lcore. */
public final class DropTap extends Tap implements DropSink {
  /** A tap of {@code engine}. */
  public DropTap(MirrorEngine engine) {
    super(engine, -1);
  }

  @Override
  @DataPath
  boolean isEgress() {
    return false;
  }

  @Override
  @DataPath
  boolean isIngress() {
    return false;
  }

  @Override
  @DataPath
  public void drop(long mbuf, int reason) {
    Program what = current();
    long mask = what == null ? 0 : what.select(mbuf);
    if (what == null || mask == 0) {
      engine.free(mbuf);
      return;
    }
    if (table.available() == 0 || !References.isSole(mbuf)) {
      refuse(what, mask, table.available() == 0 ? MirrorDrop.LOCKED_LIMIT : MirrorDrop.SHARED);
      engine.free(mbuf);
      return;
    }
    int slot = table.allocate(mbuf, BufferTable.HELD, this, what, mask, engine.readClock());
    table.dropReason[slot] = reason;
    engine.advance(slot);
  }
}
