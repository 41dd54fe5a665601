package io.gatun.offload;

import io.gatun.pmd.DataPath;
import java.util.Arrays;

/**
 * Which tenant a VNI, VSID or key belongs to. The control thread fills it before the lcore starts;
 * then it is only read.
 */
public final class IdentifierTable {
  private static final long EMPTY = Long.MIN_VALUE;
  private static final long MULTIPLIER = 0x9e37_79b9_7f4a_7c15L;

  private long[] identifiers;
  private int[] tenants;
  private int size;

  public IdentifierTable() {
    identifiers = new long[16];
    tenants = new int[16];
    Arrays.fill(identifiers, EMPTY);
  }

  /**
   * Adds a tenant.
   *
   * @param identifier 0 to 2^32 - 1, or -1 for a tunnel without one
   * @throws IllegalArgumentException when another tenant has it: the two would overlap
   */
  public void add(long identifier, int tenant) {
    if (tenantOf(identifier) >= 0) {
      throw new IllegalArgumentException(
          identifier < 0
              ? "two tenants without VNI or key: only one tunnel of this kind can end here"
              : "VNI %d is given to two tenants: each needs one of its own".formatted(identifier));
    }
    if (2 * ++size > identifiers.length) {
      grow();
    }
    put(identifier, tenant);
  }

  private void grow() {
    long[] before = identifiers;
    int[] tenantsBefore = tenants;
    identifiers = new long[before.length * 2];
    tenants = new int[before.length * 2];
    Arrays.fill(identifiers, EMPTY);
    for (int i = 0; i < before.length; i++) {
      if (before[i] != EMPTY) {
        put(before[i], tenantsBefore[i]);
      }
    }
  }

  private void put(long identifier, int tenant) {
    int slot = slot(identifier);
    while (identifiers[slot] != EMPTY) {
      slot = (slot + 1) & (identifiers.length - 1);
    }
    identifiers[slot] = identifier;
    tenants[slot] = tenant;
  }

  /** The tenant; -1 for none. */
  @DataPath
  public int tenantOf(long identifier) {
    int slot = slot(identifier);
    while (identifiers[slot] != EMPTY) {
      if (identifiers[slot] == identifier) {
        return tenants[slot];
      }
      slot = (slot + 1) & (identifiers.length - 1);
    }
    return -1;
  }

  @DataPath
  private int slot(long identifier) {
    return (int) (identifier * MULTIPLIER >>> 40) & (identifiers.length - 1);
  }
}
