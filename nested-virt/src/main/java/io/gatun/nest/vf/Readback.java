package io.gatun.nest.vf;

import io.gatun.nest.link.IpLink;
import io.gatun.nest.link.LinkInfo;
import io.gatun.nest.link.VfLink;
import io.gatun.nest.sysfs.PciFunction;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a device shows of the properties that were asked of it. */
public final class Readback {
  /** Whether a property is what was asked for. */
  public enum Status {
    /** The device shows it. */
    CONFIRMED,
    /** The device took it and shows something else, or nothing. */
    NOT_CONFIRMED,
    /** The device took it and shows it, but is known not to act on it. */
    UNENFORCED
  }

  /**
   * One property.
   *
   * @param property its JSON key
   * @param asked what was asked for
   * @param shown what the device shows; null for nothing
   * @param status whether that is it
   * @param detail why it is not; empty where it is
   */
  public record Property(
      String property, Object asked, @Nullable Object shown, Status status, String detail) {}

  private Readback() {}

  /** Looks at a VF after its properties were set. */
  public static List<Property> of(
      PhysicalFunction physical, VirtualFunction virtual, VfSettings settings, IpLink ip)
      throws IOException {
    List<Property> properties = new ArrayList<>();
    if (!settings.asked().isEmpty()) {
      LinkInfo link = ip.show(physical.requireLink().name());
      VfLink shown = link.virtualFunction(virtual.index());
      Map<String, @Nullable Object> values = shown == null ? Map.of() : values(shown);
      settings
          .asked()
          .forEach(
              (key, asked) ->
                  properties.add(property(physical.function(), key, asked, values.get(key))));
    }
    if (settings.mac() != null && !virtual.function().interfaces().isEmpty()) {
      checkInterface(virtual.function(), settings.mac().toString(), properties, ip);
    }
    if (settings.mtu() != null) {
      properties.add(mtu(virtual.function(), settings.mtu(), ip));
    }
    return properties;
  }

  /** Looks at an interface after its MTU was set. */
  public static Property mtu(PciFunction function, int mtu, IpLink ip) throws IOException {
    int shown = ip.show(function.interfaces().getFirst()).mtu();
    return compared("mtu", mtu, shown);
  }

  private static Property property(
      PciFunction physical, String key, Object asked, @Nullable Object shown) {
    Property property = compared(key, asked, shown);
    String missing = Enforcement.missing(physical, key, asked);
    return property.status() == Status.CONFIRMED && !missing.isEmpty()
        ? new Property(key, asked, shown, Status.UNENFORCED, missing)
        : property;
  }

  private static Property compared(String key, Object asked, @Nullable Object shown) {
    return asked.equals(shown)
        ? new Property(key, asked, shown, Status.CONFIRMED, "")
        : new Property(
            key,
            asked,
            shown,
            Status.NOT_CONFIRMED,
            shown == null
                ? "the device took it, and does not show it"
                : "the device took it, and shows " + shown);
  }

  /** A VF's driver in this kernel takes a new address only when it starts. */
  private static void checkInterface(
      PciFunction virtual, String mac, List<Property> properties, IpLink ip) throws IOException {
    String name = virtual.interfaces().getFirst();
    String own = String.valueOf(ip.show(name).mac());
    if (!own.equals(mac)) {
      properties.removeIf(property -> property.property().equals("mac"));
      properties.addFirst(
          new Property(
              "mac",
              mac,
              own,
              Status.NOT_CONFIRMED,
              "%s keeps its address until its driver starts again (gatun vf unbind --no-driver %s,"
                      .formatted(name, virtual.address())
                  + " then gatun vf unbind)"));
    }
  }

  /** All properties that a physical function shows of a VF, by their JSON keys. */
  public static Map<String, @Nullable Object> values(VfLink link) {
    Map<String, @Nullable Object> values = new LinkedHashMap<>();
    values.put("mac", link.mac().toString());
    values.put("vlan", link.vlan());
    values.put("qos", link.qos());
    values.put("vlan_protocol", link.vlanProtocol());
    values.put("spoof_check", link.spoofCheck());
    values.put("trust", link.trust());
    values.put("link_state", link.linkState());
    values.put("min_tx_rate", link.minTxRate());
    values.put("max_tx_rate", link.maxTxRate());
    return values;
  }
}
