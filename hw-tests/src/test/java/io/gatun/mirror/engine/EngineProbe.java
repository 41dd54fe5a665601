package io.gatun.mirror.engine;

import io.gatun.bindings.Memory;
import io.gatun.bindings.RteMbuf;
import java.util.function.LongConsumer;

/** What only the engine's own package sees, for device tests, which lie elsewhere. */
public final class EngineProbe {
  private final MirrorEngine engine;
  private final BufferTable table;

  /** Of one engine. */
  public EngineProbe(MirrorEngine engine) {
    this.engine = engine;
    table = engine.table();
  }

  /**
   * Tells of every reference that the engine has, once for each: to all segments of a buffer, those
   * that are cut off as well, and to headers that are not handed over.
   */
  public void forEachReference(LongConsumer action) {
    for (int slot = 0; slot < table.capacity(); slot++) {
      byte state = table.state(slot);
      if (state == BufferTable.FREE) {
        continue;
      }
      chain(table.mbuf[slot], action);
      if (table.cutNext[slot] != 0) {
        chain(table.cutNext[slot], action);
      }
      if (state == BufferTable.HELD && table.isRetained[slot]) {
        chain(table.mbuf[slot], action); // for a destination that has not taken it yet
      }
      if (state == BufferTable.HELD && table.head[slot] != table.mbuf[slot]) {
        action.accept(table.head[slot]);
      }
    }
  }

  private static void chain(long mbuf, LongConsumer action) {
    for (long at = mbuf; at != 0; at = Memory.getLong(at + RteMbuf.NEXT)) {
      action.accept(at);
    }
  }

  /** Received packets of a tap that are not delivered yet, as themselves or as copies. */
  public int undelivered(Tap tap) {
    int count = 0;
    for (int slot = 0; slot < table.capacity(); slot++) {
      if (table.state(slot) != BufferTable.FREE
          && table.tap[slot] == tap
          && !table.isOrphan[slot]) {
        count++;
      }
    }
    return count;
  }

  /** Slots in use, counted one by one. */
  public int used() {
    int count = 0;
    for (int slot = 0; slot < table.capacity(); slot++) {
      if (table.state(slot) != BufferTable.FREE) {
        count++;
      }
    }
    return count;
  }

  /** Slots that the table says are free. */
  public int available() {
    return table.available();
  }

  public int capacity() {
    return table.capacity();
  }

  /** Buffers of a tap that the table counts as withheld. */
  public static int withheld(Tap tap) {
    return tap.withheld;
  }

  /** Whether a tap takes the short cut with a program, as far as the program goes. */
  public static boolean isDirect(Program program) {
    return program.isDirect();
  }

  /** Waits for dropped packets. */
  public void drainDrops() {
    engine.drainDrops();
  }
}
