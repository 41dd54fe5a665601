package io.gatun.nest.extender;

import java.util.function.LongSupplier;

/**
 * What everything in an extender works with.
 *
 * @param name of the level, as in {@code l1}
 * @param leaf whether this is the innermost guest: what it gets is for itself
 * @param functions the level's PCI functions
 * @param journal what survives the extender
 * @param timing how long to wait
 * @param nanoTime as System.nanoTime
 */
record Level(
    String name,
    boolean leaf,
    Functions functions,
    Journal journal,
    Timing timing,
    LongSupplier nanoTime) {
  long now() {
    return nanoTime.getAsLong();
  }

  /** What an interface of a machine of this level is called by the outer level. */
  String outerName(Lease lease) {
    return leaf ? lease.name() : lease.key();
  }
}
