package io.gatun.nest.vf;

import io.gatun.nest.sysfs.PciFunction;
import java.util.Map;

/**
 * What devices accept, show, and do not do.
 *
 * <p>QEMU's igb (10.0): with the spoof check on, a VF's frames with a foreign source address were
 * seen outside; whether it keeps to rates has not been measured, so they are not taken for kept.
 */
final class Enforcement {
  private static final int INTEL = 0x8086;
  private static final int IGB_82576 = 0x10c9;
  // Red Hat's, which QEMU gives to its models; real cards have their maker's.
  private static final int QEMU_VENDOR = 0x1af4;
  private static final int QEMU_DEVICE = 0x1100;

  private static final String MODEL = "QEMU's model of the NIC ";
  private static final Map<String, String> QEMU_IGB =
      Map.of(
          "spoof_check", MODEL + "does not stop frames with a foreign source address",
          "min_tx_rate", MODEL + "has not been seen to keep to a rate",
          "max_tx_rate", MODEL + "has not been seen to keep to a rate");

  private Enforcement() {}

  /**
   * Why a value has no effect although it is shown; empty where nothing is known against it.
   *
   * @param key the property's JSON key
   * @param value what was asked for; switching something off needs no enforcement
   */
  static String missing(PciFunction physical, String key, Object value) {
    PciFunction.Id id = physical.id();
    boolean isModel =
        id.vendor() == INTEL
            && id.device() == IGB_82576
            && id.subsystemVendor() == QEMU_VENDOR
            && id.subsystemDevice() == QEMU_DEVICE;
    boolean isOff = value.equals(false) || value.equals(0);
    return isModel && !isOff ? QEMU_IGB.getOrDefault(key, "") : "";
  }
}
