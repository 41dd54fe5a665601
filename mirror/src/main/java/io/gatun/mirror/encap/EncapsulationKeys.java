package io.gatun.mirror.encap;

import io.gatun.mirror.encap.EncapsulationSpec.Erspan1;
import io.gatun.mirror.encap.EncapsulationSpec.Erspan2;
import io.gatun.mirror.encap.EncapsulationSpec.Erspan3;
import io.gatun.mirror.encap.EncapsulationSpec.GreTeb;
import io.gatun.mirror.encap.EncapsulationSpec.Rspan;
import io.gatun.mirror.encap.EncapsulationSpec.Span;
import io.gatun.mirror.encap.EncapsulationSpec.VxlanTunnel;
import io.gatun.pmd.MacAddress;
import io.gatun.pmd.wire.Erspan;
import io.gatun.pmd.wire.IpAddress;
import io.gatun.pmd.wire.Vlan;
import io.gatun.pmd.wire.Vxlan;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads an {@link EncapsulationSpec} from keys and values. Control plane. */
public final class EncapsulationKeys {
  private static final Pattern NUMBER =
      Pattern.compile("(?<decimal>[0-9]{1,18})|0[xX](?<hex>[0-9a-fA-F]{1,15})");
  private static final Pattern TAG = Pattern.compile("([0-9]{1,4})(?::([0-7]))?");
  private static final String KIND = "kind";

  /** Each kind with the keys of its own. */
  private static final Map<String, List<String>> KINDS = kindsWithKeys();

  private static final List<String> ENDPOINTS =
      List.of("local", "remote", "mac", "src-mac", "dscp", "ttl", "vlan");

  private final String kind;
  private final Map<String, String> left;

  private EncapsulationKeys(String kind, Map<String, String> settings) {
    this.kind = kind;
    left = new LinkedHashMap<>(settings);
  }

  private static Map<String, List<String>> kindsWithKeys() {
    Map<String, List<String>> kinds = new LinkedHashMap<>();
    kinds.put("span", List.of());
    kinds.put("rspan", List.of("vlan", "pcp"));
    kinds.put("erspan1", List.of());
    kinds.put("erspan2", List.of("session", "index"));
    kinds.put("erspan3", List.of("session", "hwid", "sgt"));
    kinds.put("gre", List.of("key"));
    kinds.put("vxlan", List.of("vni", "port", "csum"));
    return kinds;
  }

  /** All kinds, in the order in which they are explained. */
  public static Set<String> kinds() {
    return new LinkedHashSet<>(KINDS.keySet());
  }

  /** The keys of a kind: those of its own, then those of its end points; empty for no kind. */
  public static Set<String> keys(String kind) {
    Set<String> keys = new LinkedHashSet<>(KINDS.getOrDefault(kind, List.of()));
    if (KINDS.containsKey(kind) && !kind.equals("span") && !kind.equals("rspan")) {
      keys.addAll(ENDPOINTS);
    }
    return keys;
  }

  static EncapsulationSpec parse(Map<String, String> settings) {
    Map<String, String> others = new LinkedHashMap<>(settings);
    String kind = others.remove(KIND);
    if (kind == null) {
      throw new IllegalArgumentException(
          "kind is missing: give one of " + String.join(", ", KINDS.keySet()));
    }
    return parse(kind, others);
  }

  static EncapsulationSpec parse(String kind, Map<String, String> settings) {
    if (!KINDS.containsKey(kind)) {
      throw new IllegalArgumentException(
          "kind \"%s\" is none of %s".formatted(kind, String.join(", ", KINDS.keySet())));
    }
    Set<String> keys = keys(kind);
    for (String key : settings.keySet()) {
      if (!keys.contains(key)) {
        throw new IllegalArgumentException(unknown(kind, key, keys));
      }
    }
    try {
      return new EncapsulationKeys(kind, settings).read();
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(kind + ": " + e.getMessage(), e);
    }
  }

  private static String unknown(String kind, String key, Set<String> keys) {
    return keys.isEmpty()
        ? "%s: it has no key \"%s\", nor any other".formatted(kind, key)
        : "%s: it has no key \"%s\"; it has %s".formatted(kind, key, String.join(", ", keys));
  }

  private EncapsulationSpec read() {
    return switch (kind) {
      case "span" -> new Span();
      case "rspan" ->
          new Rspan(
              (int) needed("vlan", 1, Vlan.MAX_ID), (int) number("pcp", 0, Rspan.MAX_PRIORITY, 0));
      case "erspan1" -> new Erspan1(endpoints());
      case "erspan2" ->
          new Erspan2(
              endpoints(),
              (int) needed("session", 0, Erspan.MAX_SESSION),
              (int) number("index", 0, Erspan.MAX_INDEX, 0));
      case "erspan3" ->
          new Erspan3(
              endpoints(),
              (int) needed("session", 0, Erspan.MAX_SESSION),
              (int) number("hwid", 0, Erspan.MAX_HARDWARE_ID, 0),
              (int) number("sgt", 0, Erspan3.MAX_SECURITY_GROUP, 0));
      case "gre" -> new GreTeb(endpoints(), key());
      default ->
          new VxlanTunnel(
              endpoints(),
              (int) needed("vni", 0, VxlanTunnel.MAX_VNI),
              (int) number("port", 1, VxlanTunnel.MAX_PORT, Vxlan.PORT),
              onOff("csum"));
    };
  }

  private Endpoints endpoints() {
    MacAddress mac = mac("mac");
    return new Endpoints(
        address("local", "the source of the mirror's packets"),
        address("remote", "the collector"),
        mac("src-mac"),
        mac == null ? Endpoints.BROADCAST : mac,
        (int) number("dscp", 0, Endpoints.MAX_DSCP, Endpoints.DEFAULT_DSCP),
        (int) number("ttl", 1, Endpoints.MAX_TTL, Endpoints.DEFAULT_TTL),
        tag());
  }

  private OptionalLong key() {
    return left.containsKey("key")
        ? OptionalLong.of(needed("key", 0, GreTeb.MAX_KEY))
        : OptionalLong.empty();
  }

  private IpAddress address(String key, String what) {
    String text = left.get(key);
    if (text == null) {
      throw new IllegalArgumentException(
          "%s is missing: give %s=ADDR, %s".formatted(key, key, what));
    }
    try {
      return IpAddress.parse(text);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(key + ": " + e.getMessage(), e);
    }
  }

  private @Nullable MacAddress mac(String key) {
    String text = left.get(key);
    try {
      return text == null ? null : MacAddress.parse(text);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(key + ": " + e.getMessage(), e);
    }
  }

  private int tag() {
    String text = left.get("vlan");
    if (text == null) {
      return Endpoints.NO_VLAN;
    }
    Matcher matcher = TAG.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "vlan=%s: ID[:PCP] is the form, with an id in [0, %d] and a priority in [0, 7]"
              .formatted(text, Vlan.MAX_ID));
    }
    int id = Integer.parseInt(matcher.group(1));
    Ranges.check("vlan", id, 0, Vlan.MAX_ID);
    String priority = matcher.group(2);
    return Vlan.tciOf(priority == null ? 0 : Integer.parseInt(priority), id);
  }

  private boolean onOff(String key) {
    String text = left.getOrDefault(key, "off");
    return switch (text) {
      case "on" -> true;
      case "off" -> false;
      default ->
          throw new IllegalArgumentException("%s=%s is neither on nor off".formatted(key, text));
    };
  }

  private long needed(String key, long least, long most) {
    if (!left.containsKey(key)) {
      throw new IllegalArgumentException(
          "%s is missing: give %s=N in [%d, %d]".formatted(key, key, least, most));
    }
    return number(key, least, most, 0);
  }

  private long number(String key, long least, long most, long otherwise) {
    String text = left.get(key);
    if (text == null) {
      return otherwise;
    }
    Matcher matcher = NUMBER.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "%s=%s: a number in [%d, %d] is needed".formatted(key, text, least, most));
    }
    String hex = matcher.group("hex");
    long value = hex == null ? Long.parseLong(text) : Long.parseLong(hex, 16);
    Ranges.check(key, value, least, most);
    return value;
  }
}
