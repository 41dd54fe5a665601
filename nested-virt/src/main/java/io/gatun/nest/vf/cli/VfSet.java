package io.gatun.nest.vf.cli;

import io.gatun.nest.link.VfLink;
import io.gatun.nest.sysfs.PciFunction;
import io.gatun.nest.vf.Inventory;
import io.gatun.nest.vf.PhysicalFunction;
import io.gatun.nest.vf.Readback;
import io.gatun.nest.vf.SetPlan;
import io.gatun.nest.vf.VfSettings;
import io.gatun.nest.vf.VirtualFunction;
import io.gatun.pmd.MacAddress;
import io.gatun.pmd.cli.UsageException;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;

/** {@code gatun vf set}. */
@CommandLine.Command(
    name = "set",
    description = {
      "Set properties of a virtual function, and read them back.",
      "Ends with 1 when the device does not show one, or is known not to act on it."
    },
    sortOptions = false)
final class VfSet extends ChangingSubcommand {
  /** As in ip-link(8). */
  enum LinkState {
    AUTO,
    ENABLE,
    DISABLE
  }

  @CommandLine.Parameters(
      paramLabel = "VF",
      description = "As 01:10.0, enp1s0v0 or enp1s0/0; with --mtu alone also another function")
  private String name = "";

  @CommandLine.Option(names = "--mac", description = "Its address, as 02:00:00:00:00:01")
  private @Nullable String mac;

  @CommandLine.Option(
      names = "--vlan",
      description = "VLAN id of its frames outside, 1 to 4094; 0 for none")
  private @Nullable Integer vlan;

  @CommandLine.Option(names = "--qos", description = "Priority in the VLAN tag, 0 to 7")
  private @Nullable Integer qos;

  @CommandLine.Option(
      names = "--vlan-protocol",
      paramLabel = "802.1q|802.1ad",
      description = "Which kind of VLAN tag")
  private @Nullable String vlanProtocol;

  @CommandLine.Option(
      names = "--spoof-check",
      paramLabel = "on|off",
      description = "Stop its frames with a foreign source address")
  private @Nullable OnOff spoofCheck;

  @CommandLine.Option(
      names = "--trust",
      paramLabel = "on|off",
      description = "Let it change its address and be promiscuous")
  private @Nullable OnOff trust;

  @CommandLine.Option(
      names = "--link-state",
      paramLabel = "auto|enable|disable",
      description = "What it sees as its link: the real one, up, or down")
  private @Nullable LinkState linkState;

  @CommandLine.Option(
      names = "--min-rate",
      description = "Mbit/s that it is granted; 0 for nothing")
  private @Nullable Integer minRate;

  @CommandLine.Option(names = "--max-rate", description = "Mbit/s that it may send; 0 for no limit")
  private @Nullable Integer maxRate;

  @CommandLine.Option(names = "--mtu", description = "MTU of the function's own interface, bytes")
  private @Nullable Integer mtu;

  @Override
  public int run(Machine machine) throws IOException {
    VfSettings settings = settings();
    if (settings.isEmpty()) {
      throw new UsageException("set: nothing to set: --mac, --vlan, --trust, ... (see --help)");
    }
    Inventory inventory = machine.inventory();
    PciFunction function = inventory.function(name);
    Change change = new Change(machine, "set", function.address().toString(), options);
    PhysicalFunction physical = inventory.physicalOf(function);
    Integer bytes = settings.mtu();
    if (physical == null) {
      if (bytes == null || !settings.asked().isEmpty()) {
        throw new UsageException(
            "%s is no VF of a physical function here: only --mtu can be set of it"
                .formatted(function.describe()));
      }
      return change.run(
          SetPlan.ofMtu(function, bytes, machine.bus(), machine.ip()),
          () -> List.of(Readback.mtu(function, bytes, machine.ip())));
    }
    VirtualFunction virtual =
        physical.virtualFunctions().stream()
            .filter(candidate -> candidate.function().address().equals(function.address()))
            .findFirst()
            .orElseThrow();
    return change.run(
        SetPlan.of(physical, virtual, settings, machine.bus(), machine.ip()),
        () -> Readback.of(physical, virtual, settings, machine.ip()));
  }

  private VfSettings settings() {
    return new VfSettings(
        mac == null ? null : MacAddress.parse(mac),
        vlan,
        qos,
        protocol(),
        OnOff.value(spoofCheck),
        OnOff.value(trust),
        linkState == null ? null : linkState.name().toLowerCase(Locale.ROOT),
        minRate,
        maxRate,
        mtu);
  }

  private @Nullable String protocol() {
    if (vlanProtocol == null) {
      return null;
    }
    String protocol = vlanProtocol.toLowerCase(Locale.ROOT);
    if (!List.of(VfLink.DOT1Q, VfLink.DOT1AD).contains(protocol)) {
      throw new UsageException(
          "--vlan-protocol: \"%s\" is neither %s nor %s"
              .formatted(vlanProtocol, VfLink.DOT1Q, VfLink.DOT1AD));
    }
    return protocol;
  }
}
