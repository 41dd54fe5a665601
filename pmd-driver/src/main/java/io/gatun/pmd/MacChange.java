package io.gatun.pmd;

import io.gatun.bindings.Memory;
import io.gatun.bindings.RteEal;
import io.gatun.bindings.RteEthdev;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Set;

/**
 * Gives a port another address of its own and finds out whether its device took it. Control thread,
 * before the port is configured.
 *
 * <p>A physical function may refuse what a virtual one asks for, as the kernel's igb does when the
 * function is not trusted. Some drivers swallow the answer; there the device is probed anew, and
 * asks the physical function which address it has.
 */
final class MacChange {
  /**
   * Drivers of virtual functions that return 0 whatever the physical function answers: {@code
   * igbvf_default_mac_addr_set} (igb_ethdev.c), {@code ixgbevf_set_default_mac_addr}
   * (ixgbe_ethdev.c).
   */
  private static final Set<String> SILENT = Set.of("net_e1000_igb_vf", "net_ixgbe_vf");

  private static final System.Logger LOG = System.getLogger(MacChange.class.getName());
  private static final String PCI = "pci";
  private static final long GROUP_BIT = 1L << 40;

  private final Port port;
  private final MacAddress wanted;
  private final List<String> ealArguments;

  /**
   * @param ealArguments what EAL was started with: a device that is probed anew keeps its own
   */
  MacChange(Port port, MacAddress wanted, List<String> ealArguments) {
    this.port = port;
    this.wanted = wanted;
    this.ealArguments = ealArguments;
  }

  /**
   * Changes the address.
   *
   * @throws IllegalArgumentException when no port may have it
   * @throws DpdkException when the driver cannot change it
   * @throws IllegalStateException when the physical function refuses it
   */
  void run() {
    if (wanted.value() == 0 || (wanted.value() & GROUP_BIT) != 0) {
      throw new IllegalArgumentException(
          "%s: a port's address is neither a group's nor all zeros, as %s is"
              .formatted(port, wanted));
    }
    MacAddress before = port.info().mac();
    if (wanted.equals(before)) {
      return;
    }
    set(port, wanted);
    if (SILENT.contains(port.info().driver())) {
      confirm(before);
    }
    port.macChanged(before);
  }

  /** Sets a port's address, which its driver may silently not do. */
  static void set(Port port, MacAddress mac) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment address = arena.allocate(Long.BYTES, Long.BYTES);
      Memory.putLong(address.address(), mac.littleEndian());
      DpdkException.check(
          RteEthdev.rte_eth_dev_default_mac_addr_set(port.id(), address),
          "rte_eth_dev_default_mac_addr_set(%s, %s)".formatted(port, mac),
          "the device or whoever owns it refuses");
    }
  }

  private void confirm(MacAddress before) {
    probeAnew();
    MacAddress now = port.info().mac();
    if (now.equals(before)) {
      throw new IllegalStateException(
          ("%s: its physical function refuses the address %s and keeps %s: let its owner set the"
                  + " address or trust the function (gatun vf set PF/N --trust on)")
              .formatted(port, wanted, before));
    }
    if (!now.equals(wanted)) {
      // The owner has set no address, and forgets the one that was taken when the device is reset.
      set(port, wanted);
      LOG.log(
          System.Logger.Level.WARNING,
          "{0}: whether its physical function took the address {1} is not confirmed",
          port,
          wanted);
    }
  }

  private void probeAnew() {
    String device = port.info().name();
    DpdkException.check(
        RteEthdev.rte_dev_remove(port.device()), "rte_dev_remove(" + device + ")", "");
    DpdkException.check(
        RteEal.rte_eal_hotplug_add(PCI, device, deviceArguments(ealArguments, device)),
        "rte_eal_hotplug_add(" + device + ")",
        "");
    int id = RteEthdev.rte_eth_dev_get_port_by_name(device);
    if (id != port.id()) {
      throw new IllegalStateException(
          "%s became port %d when it was probed anew: name it last with -a".formatted(port, id));
    }
    port.refresh();
  }

  /** What stands behind the device in {@code -a DEVICE,ARGUMENTS}; empty without such. */
  static String deviceArguments(List<String> arguments, String device) {
    for (int i = 0; i < arguments.size(); i++) {
      String word = arguments.get(i);
      String value = "";
      if (word.equals("-a") || word.equals("--allow")) {
        value = i + 1 < arguments.size() ? arguments.get(i + 1) : "";
      } else if (word.startsWith("--allow=")) {
        value = word.substring("--allow=".length());
      } else if (word.startsWith("-a")) {
        value = word.substring("-a".length());
      }
      String[] parts = value.split(",", 2);
      if (isName(parts[0], device)) {
        return parts.length == 2 ? parts[1] : "";
      }
    }
    return "";
  }

  /** Whether EAL takes a name for that PCI address: bus and domain may be left out. */
  private static boolean isName(String name, String device) {
    String address = name.startsWith(PCI + ":") ? name.substring(PCI.length() + 1) : name;
    return address.equals(device) || ("0000:" + address).equals(device);
  }
}
