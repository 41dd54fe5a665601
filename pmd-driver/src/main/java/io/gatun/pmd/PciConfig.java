package io.gatun.pmd;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * The configuration space of a PCI function, as sysfs shows it in {@code config}. Any thread.
 *
 * <pre>
 *  31          20 19    16 15                            0
 * +--------------+--------+-------------------------------+
 * | next offset  | version|        capability id          |   extended capabilities, from 0x100
 * +--------------+--------+-------------------------------+
 * </pre>
 *
 * <p>Source: PCI Express Base Specification 5.0, 7.6.3 (extended capabilities), 7.7.8 (ACS), 9.3.3
 * (SR-IOV); linux/pci_regs.h.
 */
public final class PciConfig {
  private static final int EXTENDED = 0x100;
  private static final int HEADER = 64;
  private static final int ID_ACS = 0x0d;
  private static final int ID_SRIOV = 0x10;

  private final ByteBuffer bytes;

  /**
   * Access control services: what keeps functions from reaching each other past the IOMMU.
   *
   * @param supported bits of the capability register
   * @param enabled bits of the control register
   */
  public record Acs(int supported, int enabled) {
    // Source validation, request redirect, completion redirect, upstream forwarding: what Linux
    // asks for before it puts functions into groups of their own (drivers/iommu/iommu.c).
    private static final int ISOLATING = 0x01 | 0x04 | 0x08 | 0x10;

    /** Whether all that Linux wants for separate groups is switched on, as far as it is there. */
    public boolean isIsolating() {
      // A service that a port has not got, because nothing below could need it, counts as on.
      return (supported & ISOLATING) != 0 && (enabled & ISOLATING) == (supported & ISOLATING);
    }
  }

  /**
   * @param bytes what could be read: 64 bytes without the right to more, else 256 or 4096
   */
  public PciConfig(byte[] bytes) {
    this.bytes = ByteBuffer.wrap(bytes.clone()).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Whether more than the header could be read, which takes root. */
  public boolean isReadable() {
    return bytes.capacity() > HEADER;
  }

  /** Access control services; null where there are none, or they cannot be read. */
  public @Nullable Acs acs() {
    int at = extendedCapability(ID_ACS);
    return at < 0 || at + 8 > bytes.capacity()
        ? null
        : new Acs(bytes.getShort(at + 4) & 0xffff, bytes.getShort(at + 6) & 0xffff);
  }

  /** Whether the function has the SR-IOV capability, whatever the kernel makes of it. */
  public boolean hasSriov() {
    return extendedCapability(ID_SRIOV) >= 0;
  }

  /** The offset of a capability; -1 where there is none. */
  private int extendedCapability(int id) {
    int at = EXTENDED;
    // The list of a broken device may run in a circle: no more than fit.
    for (int seen = 0; seen < (4096 - EXTENDED) / 8; seen++) {
      if (at < EXTENDED || at + 4 > bytes.capacity()) {
        return -1;
      }
      int header = bytes.getInt(at);
      // All ones: the device does not answer (asleep, or gone).
      if (header == 0 || header == -1) {
        return -1;
      }
      if ((header & 0xffff) == id) {
        return at;
      }
      at = header >>> 20 & 0xffc;
    }
    return -1;
  }
}
