package io.gatun.bindings;

import io.gatun.bindings.gen.Dpdk;

/** {@code rte_version.h}. */
final class RteVersion {
  private RteVersion() {}

  static String rte_version() {
    return Memory.string(Dpdk.rte_version().address(), 64);
  }
}
