package io.gatun.nest.sysfs;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.gatun.nest.link.CommandRunner.Result;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The interfaces of a {@link FakeMachine}, as {@code ip} shows and changes them. */
final class FakeLinks {
  /** What an interface and a VF are told by {@code ip}. */
  static final class Link {
    String mac = "00:00:00:00:00:00";
    int mtu = 1500;
    boolean up;
    final List<String> addresses = new ArrayList<>();
  }

  /** A VF as its physical function's driver knows it. */
  static final class Vf {
    String mac = "00:00:00:00:00:00";
    int vlan;
    int qos;
    String protocol = "802.1Q";
    boolean spoofCheck = true;
    boolean trust;
    String state = "auto";
    int minRate;
    int maxRate;

    @Override
    public String toString() {
      return "%s vlan %d/%d/%s spoof %s trust %s %s rate %d-%d"
          .formatted(mac, vlan, qos, protocol, spoofCheck, trust, state, minRate, maxRate);
    }
  }

  private final Map<String, Link> links = new TreeMap<>();
  private final Set<String> ignored = new TreeSet<>();

  @Nullable Link get(String name) {
    return links.get(name);
  }

  Link known(String name) {
    return Objects.requireNonNull(links.get(name), name);
  }

  void put(String name, Link link) {
    links.put(name, link);
  }

  void remove(String name) {
    links.remove(name);
  }

  /** From now on a property is taken and forgotten. */
  void ignore(String property) {
    ignored.add(property);
  }

  /** {@code ip -j link show dev NAME} and {@code ip -j address show dev NAME}. */
  Result show(List<String> command, List<Vf> settings) throws IOException {
    String name = command.getLast();
    Link link = links.get(name);
    if (link == null) {
      return error("Device \"" + name + "\" does not exist.");
    }
    Object json = command.contains("address") ? addresses(name, link) : show(name, link, settings);
    return new Result(0, new ObjectMapper().writeValueAsString(List.of(json)), "");
  }

  static Result error(String words) {
    return new Result(2, "", words + "\n");
  }

  /** {@code ip link set dev NAME ...}. */
  Result set(List<String> command, List<Vf> settings) {
    Link link = links.get(command.get(4));
    if (link == null) {
      return error("Cannot find device \"" + command.get(4) + "\"");
    }
    List<String> arguments = command.subList(5, command.size());
    if (arguments.getFirst().equals("mtu")) {
      link.mtu = Integer.parseInt(arguments.get(1));
    } else if (arguments.getFirst().equals("vf")) {
      return setVf(arguments, settings);
    } else {
      link.up = arguments.getFirst().equals("up");
    }
    return new Result(0, "", "");
  }

  private Result setVf(List<String> arguments, List<Vf> settings) {
    int index = Integer.parseInt(arguments.get(1));
    if (index >= settings.size()) {
      return error("RTNETLINK answers: Invalid argument");
    }
    Vf vf = settings.get(index);
    if (arguments.contains("qos") && !arguments.contains("proto")) {
      vf.protocol = "802.1Q";
    }
    for (int i = 2; i < arguments.size(); i += 2) {
      if (!ignored.contains(arguments.get(i))) {
        set(vf, arguments.get(i), arguments.get(i + 1));
      }
    }
    return new Result(0, "", "");
  }

  private static void set(Vf vf, String name, String value) {
    switch (name) {
      case "mac" -> vf.mac = value;
      case "vlan" -> vf.vlan = Integer.parseInt(value);
      case "qos" -> vf.qos = Integer.parseInt(value);
      case "proto" -> vf.protocol = value;
      case "spoofchk" -> vf.spoofCheck = value.equals("on");
      case "trust" -> vf.trust = value.equals("on");
      case "state" -> vf.state = value;
      case "max_tx_rate" -> vf.maxRate = Integer.parseInt(value);
      case "min_tx_rate" -> vf.minRate = Integer.parseInt(value);
      default -> throw new AssertionError(name);
    }
  }

  private static Map<String, Object> show(String name, Link link, List<Vf> settings) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("ifname", name);
    json.put("flags", link.up ? List.of("BROADCAST", "UP", "LOWER_UP") : List.of("BROADCAST"));
    json.put("mtu", link.mtu);
    json.put("min_mtu", 68);
    json.put("max_mtu", 9216);
    json.put("address", link.mac);
    List<Map<String, Object>> list = new ArrayList<>();
    for (Vf vf : settings) {
      list.add(show(list.size(), vf));
    }
    json.put("vfinfo_list", list);
    return json;
  }

  /** As print_vfinfo of iproute2 6.1 does: a tag of 0 is an empty object. */
  private static Map<String, Object> show(int index, Vf vf) {
    Map<String, Object> tag = new LinkedHashMap<>();
    if (vf.vlan != 0) {
      tag.put("vlan", vf.vlan);
    }
    if (vf.qos != 0) {
      tag.put("qos", vf.qos);
    }
    if (!vf.protocol.equals("802.1Q")) {
      tag.put("protocol", vf.protocol);
    }
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("vf", index);
    json.put("link_type", "ether");
    json.put("address", vf.mac);
    json.put("broadcast", "ff:ff:ff:ff:ff:ff");
    json.put("vlan_list", List.of(tag));
    json.put("rate", Map.of("max_tx", vf.maxRate, "min_tx", vf.minRate));
    json.put("spoofchk", vf.spoofCheck);
    json.put("link_state", vf.state);
    json.put("trust", vf.trust);
    return json;
  }

  private static Map<String, Object> addresses(String name, Link link) {
    List<Map<String, Object>> list =
        link.addresses.stream()
            .map(
                address ->
                    Map.<String, Object>of(
                        "local",
                        address.substring(0, address.indexOf('/')),
                        "prefixlen",
                        Integer.parseInt(address.substring(address.indexOf('/') + 1)),
                        "scope",
                        address.startsWith("fe80") ? "link" : "global"))
            .collect(Collectors.toList());
    return Map.of("ifname", name, "addr_info", list);
  }
}
