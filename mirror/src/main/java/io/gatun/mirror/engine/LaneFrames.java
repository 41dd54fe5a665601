package io.gatun.mirror.engine;

import io.gatun.mirror.encap.FrameEdit;
import io.gatun.pmd.Burst;
import io.gatun.pmd.DataPath;
import io.gatun.pmd.Mbuf;
import java.lang.foreign.Arena;

/**
 * What a lane does to a frame that is the mirror's alone: shortens it, puts a header before it,
 * adds the reference that its completion is seen by; and how that is undone. One lcore.
 */
final class LaneFrames {
  private final MirrorEngine engine;
  private final BufferTable table;
  private final LaneSettings settings;
  private final FrameEdit edit;
  private final Outlet outlet;
  private final boolean isFile;
  private final LaneCounters counters;
  private final Burst scratch = Burst.allocate(1, Arena.ofAuto());
  private final Mbuf mbuf = new Mbuf();
  private final Mbuf header = new Mbuf();
  private boolean lacksMbuf;

  LaneFrames(MirrorEngine engine, LaneSettings settings, Outlet outlet, LaneCounters counters) {
    this.engine = engine;
    this.table = engine.table();
    this.settings = settings;
    this.edit = settings.edit();
    this.outlet = outlet;
    this.counters = counters;
    isFile = outlet instanceof FileOutlet;
  }

  /**
   * Prepares the frame of a slot for its outlet.
   *
   * @return false, with nothing changed, when that cannot be done now: see {@link #lacksMbuf}
   */
  @DataPath
  boolean edit(int slot) {
    lacksMbuf = false;
    Mbuf frame = mbuf.wrap(table.mbuf[slot]);
    int original = frame.packetLength();
    table.length[slot] = original;
    if (!isFile) {
      table.originalData[slot] = frame.data();
      table.firstLength[slot] = frame.dataLength();
      boolean trims = original > settings.mostBytes();
      if (trims && frame.segments() > 1 && !References.isSole(frame.address())) {
        return false; // a driver may still walk the chain
      }
      if (trims) {
        FrameTrim.trim(table, slot, frame, settings.mostBytes());
      }
      if (!putHeader(slot, frame, original)) {
        lacksMbuf = true;
        table.isEdited[slot] = true; // so that the trim is undone
        undo(slot);
        return false;
      }
    }
    if (original > settings.mostBytes()) {
      counters.addTruncated();
    }
    table.isEdited[slot] = true;
    if (!isFile && !mayGiveAway(slot)) {
      References.retain(table.mbuf[slot]);
      table.isRetained[slot] = true;
    }
    return true;
  }

  /** Whether the last {@link #edit} failed for want of a buffer for the header. */
  @DataPath
  boolean lacksMbuf() {
    return lacksMbuf;
  }

  /**
   * Whether the outlet may free the buffer itself: nobody wants it back, nothing is to be undone.
   */
  @DataPath
  private boolean mayGiveAway(int slot) {
    return outlet.releasesInBurst()
        && table.pending[slot] == 0
        && table.cutSegment[slot] == 0
        && (table.isOrphan[slot] || !table.tap[slot].isIngress());
  }

  @DataPath
  private boolean putHeader(int slot, Mbuf frame, int original) {
    int bytes = edit.headroom();
    if (bytes == 0) {
      return true;
    }
    boolean egress = table.tap[slot].isEgress();
    long unixNanos = edit.needsTimestamp() ? engine.unixNanos(table.sinceNanos[slot]) : 0;
    if (frame.headroom() >= bytes && engine.offloads().ownsBuffer(frame)) {
      edit.apply(frame, original, unixNanos, egress);
      table.hasHeader[slot] = true;
      return true;
    }
    if (!engine.pool().allocate(scratch, 1)) {
      return false;
    }
    header.wrap(scratch.get(0));
    scratch.size(0);
    int length = frame.packetLength();
    int replaced = edit.writeHeader(header, frame, length, original, unixNanos, egress);
    if (replaced > 0) {
      frame.adjust(replaced);
    }
    header.next(frame.address());
    header.segments(frame.segments() + 1);
    header.packetLength(header.dataLength() + frame.packetLength());
    table.head[slot] = header.address();
    table.cutBytes[slot] = replaced;
    counters.addChained();
    return true;
  }

  /** Undoes {@link #edit}. */
  @DataPath
  void undo(int slot) {
    if (!table.isEdited[slot]) {
      return;
    }
    table.isEdited[slot] = false;
    if (isFile) {
      return;
    }
    Mbuf frame = mbuf.wrap(table.mbuf[slot]);
    if (table.head[slot] != table.mbuf[slot]) {
      if (table.cutBytes[slot] > 0) {
        frame.prepend(table.cutBytes[slot]);
      }
      table.head[slot] = table.mbuf[slot];
    } else if (table.hasHeader[slot]) {
      edit.undo(frame);
      table.hasHeader[slot] = false;
    }
    if (table.cutSegment[slot] != 0) {
      FrameTrim.restore(table, slot, frame);
    }
  }

  /** Copies an edited frame as it was received, while a destination has it; 0 without buffers. */
  @DataPath
  long copyOriginal(int slot) {
    return isFile
        ? engine.pool().copy(table.mbuf[slot])
        : engine.originalCopy().of(slot, table.hasHeader[slot] ? edit.moved() : 0, edit.headroom());
  }
}
