package io.gatun.bindings;

/** A DPDK long-term release whose ABI Gatun has an offset table for. */
public enum DpdkRelease {
  V22_11("22.11", 23),
  V23_11("23.11", 24),
  V24_11("24.11", 25),
  V25_11("25.11", 26);

  private final String version;
  private final int abi;

  DpdkRelease(String version, int abi) {
    this.version = version;
    this.abi = abi;
  }

  /** The release as DPDK writes it, such as {@code 24.11}. */
  public String version() {
    return version;
  }

  /** The ABI's major number: the suffix of every soname, as in {@code librte_eal.so.25}. */
  public int abi() {
    return abi;
  }
}
