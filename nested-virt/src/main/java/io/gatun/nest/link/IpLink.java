package io.gatun.nest.link;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.gatun.pmd.MacAddress;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Network interfaces through {@code ip -j} (iproute2 5.0 or later). Control thread.
 *
 * <p>Keys of the JSON are those of ip/ipaddress.c, print_linkinfo and print_vfinfo; until iproute2
 * 5.2 a VF's address was {@code mac}, and since then {@code address}.
 */
public final class IpLink {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final MacAddress NO_MAC = new MacAddress(0);

  private final CommandRunner runner;

  public IpLink(CommandRunner runner) {
    this.runner = runner;
  }

  /**
   * An interface and its VFs as they are now.
   *
   * @throws IOException if there is no such interface, or no {@code ip}
   */
  public LinkInfo show(String name) throws IOException {
    JsonNode link = json(List.of("ip", "-j", "-d", "link", "show", "dev", name), name);
    List<VfLink> virtualFunctions = new ArrayList<>();
    link.path("vfinfo_list").forEach(vf -> virtualFunctions.add(virtualFunction(vf)));
    return new LinkInfo(
        name,
        mac(link.path("address").asText()),
        link.path("mtu").asInt(),
        link.path("min_mtu").asInt(),
        link.path("max_mtu").asInt(),
        hasFlag(link, "UP"),
        hasFlag(link, "LOWER_UP"),
        link.hasNonNull("master") ? link.path("master").asText() : null,
        List.copyOf(virtualFunctions));
  }

  /** Its IP addresses beyond the link-local ones, which the kernel gives to any interface. */
  public List<String> addresses(String name) throws IOException {
    JsonNode link = json(List.of("ip", "-j", "address", "show", "dev", name), name);
    List<String> addresses = new ArrayList<>();
    for (JsonNode address : link.path("addr_info")) {
      if (!address.path("scope").asText().equals("link")) {
        addresses.add(address.path("local").asText() + "/" + address.path("prefixlen").asInt());
      }
    }
    return addresses;
  }

  /**
   * Sets properties of a VF through its physical function.
   *
   * @param physical the physical function's interface
   * @param arguments such as {@code mac, 02:00:00:00:00:01}
   */
  public void setVf(String physical, int index, List<String> arguments) throws IOException {
    Stream<String> start = Stream.of("vf", Integer.toString(index));
    set(physical, Stream.concat(start, arguments.stream()).toList());
  }

  /** Sets properties of an interface, such as {@code mtu, 9000} or {@code up}. */
  public void set(String name, List<String> arguments) throws IOException {
    run(setCommand(name, arguments), name);
  }

  private static List<String> setCommand(String name, List<String> arguments) {
    return Stream.concat(Stream.of("ip", "link", "set", "dev", name), arguments.stream()).toList();
  }

  /** What {@link #set} would run, for people. */
  public static String describeSet(String name, List<String> arguments) {
    return String.join(" ", setCommand(name, arguments));
  }

  /** What {@link #setVf} would run, for people. */
  public static String describeSetVf(String physical, int index, List<String> arguments) {
    Stream<String> start = Stream.of("vf", Integer.toString(index));
    return describeSet(physical, Stream.concat(start, arguments.stream()).toList());
  }

  /** Loads a kernel module, or those of an alias. */
  public void loadModule(String name) throws IOException {
    CommandRunner.Result result = runner.run(List.of("modprobe", "--", name));
    if (result.exitCode() != 0) {
      throw new IOException(
          "modprobe %s: %s (this kernel has no such module, or it cannot be loaded here)"
              .formatted(name, result.errors().strip().replaceAll("\\s*\\R\\s*", " ")));
    }
  }

  private JsonNode json(List<String> command, String name) throws IOException {
    String output = run(command, name);
    try {
      JsonNode links = MAPPER.readTree(output);
      // Interfaces that a filter hides are empty objects.
      for (JsonNode link : links) {
        if (link.path("ifname").asText().equals(name)) {
          return link;
        }
      }
    } catch (JsonProcessingException e) {
      throw new IOException(
          "%s printed no JSON: a newer package iproute2 is needed (5.0 or later)"
              .formatted(String.join(" ", command)),
          e);
    }
    throw new IOException(String.join(" ", command) + " did not show " + name);
  }

  private String run(List<String> command, String name) throws IOException {
    CommandRunner.Result result = runner.run(command);
    if (result.exitCode() != 0) {
      throw new IOException(
          "%s: %s"
              .formatted(
                  String.join(" ", command),
                  IpErrors.explain(result.errors()).replace("INTERFACE", name)));
    }
    return result.output();
  }

  private static VfLink virtualFunction(JsonNode vf) {
    MacAddress mac = mac(vf.path(vf.has("address") ? "address" : "mac").asText());
    // Drivers show one tag; before lists of tags it stood in the VF itself.
    JsonNode tag = vf.path("vlan_list").isEmpty() ? vf : vf.path("vlan_list").path(0);
    JsonNode rate = vf.path("rate");
    return new VfLink(
        vf.path("vf").asInt(),
        mac == null ? NO_MAC : mac,
        tag.path("vlan").asInt(),
        tag.path("qos").asInt(),
        tag.path("protocol").asText(VfLink.DOT1Q).toLowerCase(Locale.ROOT),
        flag(vf.path("spoofchk")),
        flag(vf.path("trust")),
        vf.hasNonNull("link_state") ? vf.path("link_state").asText() : null,
        rate.path("min_tx").asInt(),
        rate.path("max_tx").asInt(vf.path("tx_rate").asInt()));
  }

  private static @Nullable Boolean flag(JsonNode node) {
    return node.isBoolean() ? node.asBoolean() : null;
  }

  private static @Nullable MacAddress mac(String text) {
    try {
      return MacAddress.parse(text);
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  private static boolean hasFlag(JsonNode link, String name) {
    for (JsonNode flag : link.path("flags")) {
      if (flag.asText().equals(name)) {
        return true;
      }
    }
    return false;
  }
}
