package io.gatun.hw.qemu;

/**
 * The size of a guest.
 *
 * @param megabytes of memory; above 2700 the firmware puts the NICs' registers where reading them
 *     gives zeros
 * @param hugePages of 2 MB, taken from the memory at boot
 * @param nics emulated NICs; number n is at PCI address {@link #address(int)}
 */
public record GuestConfig(int megabytes, int hugePages, int nics) {
  private static final int MIN_MEGABYTES = 256;
  private static final int MAX_MEGABYTES = 2700;

  /** Room for one JVM and one DPDK process; source, destination and mirror of a mirror session. */
  public static final GuestConfig DEFAULT = new GuestConfig(1500, 96, 3);

  public GuestConfig {
    if (megabytes < MIN_MEGABYTES || megabytes > MAX_MEGABYTES) {
      throw new IllegalArgumentException(
          "megabytes: %d is not in [%d, %d]".formatted(megabytes, MIN_MEGABYTES, MAX_MEGABYTES));
    }
  }

  public GuestConfig withNics(int count) {
    return new GuestConfig(megabytes, hugePages, count);
  }

  /** Where a NIC is in the guest: each sits alone on the bus behind a root port of its own. */
  public static String address(int nic) {
    return "0000:%02x:00.0".formatted(nic + 1);
  }

  /** A NIC's permanent address. */
  public static String mac(int nic) {
    return "52:54:00:00:00:%02x".formatted(nic + 1);
  }
}
