package io.gatun.mirror.session;

import io.gatun.mirror.engine.Outlet;
import io.gatun.pmd.Port;
import org.jspecify.annotations.Nullable;

/** A destination of one lcore, and how many lanes lead to it. Guarded by the {@link Mirror}. */
final class OutletSite {
  final Object key;
  final Outlet outlet;

  /** The port that it sends to; null for a file. */
  final @Nullable Port port;

  /** The port's queue, or the number of the file's ring. */
  final int queue;

  /** The file; null for a port. */
  final @Nullable SharedFile file;

  int lanes;

  /** Whether the engine turns it. */
  boolean isKnown;

  OutletSite(Object key, Outlet outlet, @Nullable Port port, int queue, @Nullable SharedFile file) {
    this.key = key;
    this.outlet = outlet;
    this.port = port;
    this.queue = queue;
    this.file = file;
  }
}
