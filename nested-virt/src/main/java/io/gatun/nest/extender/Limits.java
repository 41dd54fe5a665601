package io.gatun.nest.extender;

import io.gatun.nest.rpc.Grant;
import io.gatun.nest.rpc.RpcCode;
import io.gatun.nest.rpc.RpcException;
import io.gatun.nest.rpc.Settings;
import io.gatun.pmd.MacAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a level grants to one of its machines, and all that runs in it. A request climbs through the
 * levels and each checks it, so that no level can grant more than it was granted.
 *
 * @param interfaces how many it may have at a time
 * @param macs addresses it may use; empty: any
 * @param vlans VLANs it may use, 0 for untagged; empty: any
 * @param maxRate Mbit/s of an interface; 0: unlimited
 * @param qos highest priority in the tag
 * @param trust whether it may ask for trust
 * @param mtu largest MTU
 */
public record Limits(
    int interfaces,
    List<Macs> macs,
    List<Vlans> vlans,
    int maxRate,
    int qos,
    boolean trust,
    int mtu) {
  /** Everything, to anybody. */
  public static final Limits NONE =
      new Limits(Integer.MAX_VALUE, List.of(), List.of(), 0, 7, true, 9710);

  /**
   * MAC addresses from one to another, both included.
   *
   * @param first the lowest
   * @param last the highest
   */
  public record Macs(MacAddress first, MacAddress last) {
    public Macs {
      if (first.value() > last.value()) {
        throw new IllegalArgumentException(
            "macs: %s-%s: the first is above the last".formatted(first, last));
      }
    }

    /** Reads {@code 52:54:00:00:01:00-52:54:00:00:01:ff}, or one address. */
    public static Macs parse(String text) {
      int dash = text.indexOf('-');
      MacAddress first = MacAddress.parse(dash < 0 ? text : text.substring(0, dash).strip());
      return new Macs(first, dash < 0 ? first : MacAddress.parse(text.substring(dash + 1).strip()));
    }

    boolean contains(MacAddress mac) {
      return mac.value() >= first.value() && mac.value() <= last.value();
    }

    @Override
    public String toString() {
      return first.equals(last) ? first.toString() : first + "-" + last;
    }
  }

  /**
   * VLANs from one to another, both included.
   *
   * @param first the lowest
   * @param last the highest
   */
  public record Vlans(int first, int last) {
    public Vlans {
      if (first < 0 || last > 4094 || first > last) {
        throw new IllegalArgumentException(
            "vlans: %d-%d: a range in [0, 4094] is needed".formatted(first, last));
      }
    }

    /** Reads {@code 100} or {@code 100-109}. */
    public static Vlans parse(String text) {
      if (!text.matches("\\d{1,4}(-\\d{1,4})?")) {
        throw new IllegalArgumentException(
            "\"%s\" is no VLAN and no range of VLANs, as in 100-109".formatted(text));
      }
      String[] ends = text.split("-", -1);
      return new Vlans(Integer.parseInt(ends[0]), Integer.parseInt(ends[ends.length - 1]));
    }

    boolean contains(int vlan) {
      return vlan >= first && vlan <= last;
    }

    @Override
    public String toString() {
      return first == last ? Integer.toString(first) : first + "-" + last;
    }
  }

  public Limits {
    macs = List.copyOf(macs);
    vlans = List.copyOf(vlans);
  }

  /**
   * What is left of these where a topology grants so much.
   *
   * @throws IllegalArgumentException when nothing is left, or a range is none, naming it
   */
  Limits and(Grant grant) {
    List<Macs> grantedMacs = grant.macs().stream().map(Macs::parse).toList();
    List<Vlans> grantedVlans = grant.vlans().stream().map(Vlans::parse).toList();
    return new Limits(
        least(interfaces, grant.interfaces()),
        both("macs", macs, grantedMacs, Limits::common),
        both("vlans", vlans, grantedVlans, Limits::common),
        rate(grant.maxRate()),
        least(qos, grant.qos()),
        trust && !Boolean.FALSE.equals(grant.trust()),
        least(mtu, grant.mtu()));
  }

  private static int least(int own, @Nullable Integer granted) {
    return granted == null ? own : Math.min(own, granted);
  }

  /** 0 is unlimited. */
  private int rate(@Nullable Integer granted) {
    if (granted == null || granted == 0) {
      return maxRate;
    }
    return maxRate == 0 ? granted : Math.min(maxRate, granted);
  }

  private static <T> List<T> both(
      String name, List<T> own, List<T> granted, BiFunction<T, T, Optional<T>> common) {
    if (own.isEmpty() || granted.isEmpty()) {
      return own.isEmpty() ? granted : own;
    }
    List<T> all = new ArrayList<>();
    for (T one : own) {
      granted.forEach(other -> common.apply(one, other).ifPresent(all::add));
    }
    if (all.isEmpty()) {
      throw new IllegalArgumentException(
          "%s: nothing of %s, which the topology grants, is in %s, which the level's file grants"
              .formatted(name, words(granted), words(own)));
    }
    return all;
  }

  private static Optional<Macs> common(Macs one, Macs other) {
    long first = Math.max(one.first().value(), other.first().value());
    long last = Math.min(one.last().value(), other.last().value());
    return first > last
        ? Optional.empty()
        : Optional.of(new Macs(new MacAddress(first), new MacAddress(last)));
  }

  private static Optional<Vlans> common(Vlans one, Vlans other) {
    int first = Math.max(one.first(), other.first());
    int last = Math.min(one.last(), other.last());
    return first > last ? Optional.empty() : Optional.of(new Vlans(first, last));
  }

  /**
   * What a request comes to under these limits.
   *
   * @param asked as it came
   * @param machine who asks, for the words
   * @param isTaken whether a MAC address is in use by another interface here
   * @return settings with everything that this level decides
   * @throws RpcException NOT_GRANTED, with the setting's name first
   */
  Settings narrow(Settings asked, String machine, Predicate<String> isTaken) throws RpcException {
    String mac = asked.mac();
    if (mac == null) {
      mac = choose(machine, isTaken);
    } else {
      checkMac(mac, machine, isTaken);
    }
    boolean trusted = asked.isTrusted();
    if (trusted && !trust) {
      throw refuse("trust", "true", machine, "false");
    }
    if (!trusted && Boolean.FALSE.equals(asked.spoofCheck())) {
      throw refuse("spoofCheck", "false without trust", machine, "true");
    }
    checkMost("qos", asked.qos(), qos, machine);
    checkMost("mtu", asked.mtu(), mtu, machine);
    return new Settings(
        mac,
        vlan(asked.vlan(), machine),
        asked.qos(),
        asked.minRate(),
        rate(asked, machine),
        trusted,
        asked.spoofCheck(),
        asked.mtu());
  }

  private void checkMac(String mac, String machine, Predicate<String> isTaken) throws RpcException {
    MacAddress address = MacAddress.parse(mac);
    if (!macs.isEmpty() && macs.stream().noneMatch(range -> range.contains(address))) {
      throw refuse("mac", mac, machine, words(macs));
    }
    if (isTaken.test(mac)) {
      throw new RpcException(
          RpcCode.NOT_GRANTED, "mac: %s is in use by another interface".formatted(mac));
    }
  }

  /** The first address that nobody has; null where this level has no ranges: an outer decides. */
  private @Nullable String choose(String machine, Predicate<String> isTaken) throws RpcException {
    for (Macs range : macs) {
      for (long value = range.first().value(); value <= range.last().value(); value++) {
        String mac = new MacAddress(value).toString();
        if (!isTaken.test(mac)) {
          return mac;
        }
      }
    }
    if (!macs.isEmpty()) {
      throw new RpcException(
          RpcCode.NOT_GRANTED,
          "mac: every address granted to %s is in use: %s".formatted(machine, words(macs)));
    }
    return null;
  }

  private @Nullable Integer vlan(@Nullable Integer asked, String machine) throws RpcException {
    if (vlans.isEmpty()) {
      return asked;
    }
    if (asked == null) {
      return vlans.getFirst().first();
    }
    if (vlans.stream().noneMatch(range -> range.contains(asked))) {
      throw refuse("vlan", asked.toString(), machine, words(vlans));
    }
    return asked;
  }

  private @Nullable Integer rate(Settings asked, String machine) throws RpcException {
    Integer most = asked.maxRate();
    if (maxRate == 0) {
      return most;
    }
    checkMost("minRate", asked.minRate(), maxRate, machine);
    if (most == null) {
      return maxRate;
    }
    if (most == 0) {
      throw refuse("maxRate", "unlimited", machine, "at most %d".formatted(maxRate));
    }
    checkMost("maxRate", most, maxRate, machine);
    return most;
  }

  private static void checkMost(String name, @Nullable Integer asked, int most, String machine)
      throws RpcException {
    if (asked != null && asked > most) {
      throw refuse(name, asked.toString(), machine, "at most %d".formatted(most));
    }
  }

  private static String words(List<?> ranges) {
    return ranges.stream().map(Object::toString).collect(Collectors.joining(", "));
  }

  private static RpcException refuse(String name, String asked, String machine, String granted) {
    return new RpcException(
        RpcCode.NOT_GRANTED,
        "%s: %s is not granted to %s; granted is: %s".formatted(name, asked, machine, granted));
  }
}
