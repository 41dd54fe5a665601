package io.gatun.nest.vf;

import io.gatun.nest.link.IpLink;
import io.gatun.nest.link.LinkInfo;
import io.gatun.nest.link.VfLink;
import io.gatun.nest.sysfs.PciBus;
import io.gatun.nest.sysfs.PciFunction;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Plans for the properties of a VF, and for the MTU of any function's interface. */
public final class SetPlan {
  private SetPlan() {}

  /**
   * A VF gets properties.
   *
   * @throws IllegalArgumentException for a value that it cannot have
   * @throws IllegalStateException if its physical function's driver cannot set any
   */
  public static Plan of(
      PhysicalFunction physical,
      VirtualFunction virtual,
      VfSettings settings,
      PciBus bus,
      IpLink ip)
      throws IOException {
    Changes changes = new Changes(bus, ip);
    List<Step> steps = new ArrayList<>();
    if (!settings.asked().isEmpty()) {
      LinkInfo link = physical.requireLink();
      checkRate("min-rate", settings.minTxRate(), physical);
      checkRate("max-rate", settings.maxTxRate(), physical);
      VfLink from = shown(physical, virtual);
      VfLink to = settings.applyTo(from);
      for (VfProperty property : VfProperty.values()) {
        if (!property.isSame(from, to)) {
          steps.add(changes.property(link.name(), property, from, to));
        }
      }
    }
    if (settings.mtu() != null) {
      addMtu(virtual.function(), settings.mtu(), steps, changes, ip);
    }
    return new Plan(steps, List.of());
  }

  private static VfLink shown(PhysicalFunction physical, VirtualFunction virtual) {
    VfLink link = virtual.link();
    if (link == null) {
      throw new IllegalStateException(
          "%s: its driver shows no properties of VF %d, so none can be set"
              .formatted(physical.function().describe(), virtual.index()));
    }
    return link;
  }

  private static void checkRate(String name, @Nullable Integer rate, PhysicalFunction physical) {
    int speed = physical.speedMbps();
    if (rate != null && speed > 0 && rate > speed) {
      throw new IllegalArgumentException(
          "%s: %d is not in [0, %d]: the link of %s has %d Mbit/s"
              .formatted(name, rate, speed, physical.function().describe(), speed));
    }
  }

  /** A function's interface gets an MTU. */
  public static Plan ofMtu(PciFunction function, int mtu, PciBus bus, IpLink ip)
      throws IOException {
    List<Step> steps = new ArrayList<>();
    addMtu(function, mtu, steps, new Changes(bus, ip), ip);
    return new Plan(steps, List.of());
  }

  private static void addMtu(
      PciFunction function, int mtu, List<Step> steps, Changes changes, IpLink ip)
      throws IOException {
    if (function.interfaces().isEmpty()) {
      throw new IllegalStateException(
          ("mtu: %s has no interface here: whoever drives it sets the MTU, up to what the physical"
                  + " function's allows")
              .formatted(function.describe()));
    }
    LinkInfo link = ip.show(function.interfaces().getFirst());
    int least = Math.max(link.minMtu(), 1);
    int most = link.maxMtu() == 0 ? 65535 : link.maxMtu();
    if (mtu < least || mtu > most) {
      throw new IllegalArgumentException(
          "mtu: %d is not in [%d, %d]: %s takes no other"
              .formatted(mtu, least, most, function.describe()));
    }
    if (link.mtu() != mtu) {
      steps.add(changes.mtu(link, mtu));
    }
  }
}
