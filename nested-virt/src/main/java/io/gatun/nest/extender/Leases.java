package io.gatun.nest.extender;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.gatun.nest.rpc.Settings;
import io.gatun.pmd.MacAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/** All leases of a level. Control thread. */
final class Leases {
  /** Locally administered, and known to everybody as a virtual machine's. */
  private static final long MAC_PREFIX = 0x525400L << 24;

  private final Level level;
  private final Map<String, LeaseTask> tasks = new LinkedHashMap<>();
  private final Set<String> strays = new LinkedHashSet<>();
  private final Set<String> unknown = new LinkedHashSet<>();
  private @Nullable Upstream upstream;

  Leases(Level level) {
    this.level = level;
  }

  /** The outer level; null in the outermost. */
  @Nullable Upstream upstream() {
    return upstream;
  }

  void upstream(Upstream outer) {
    upstream = outer;
  }

  /** Names of interfaces that the outer level has leased, and nobody here knows of. */
  Set<String> strays() {
    return strays;
  }

  /** Addresses of functions that may be set to anything: they are not handed out like that. */
  Set<String> unknown() {
    return unknown;
  }

  /** All of them; a copy, as steps add and remove. */
  List<LeaseTask> all() {
    return List.copyOf(tasks.values());
  }

  @Nullable LeaseTask find(String machine, String name) {
    return tasks.get(Lease.key(machine, name));
  }

  /** The lease that the outer level calls so. */
  @Nullable LeaseTask findOuter(String outerName) {
    for (LeaseTask task : tasks.values()) {
      if (task.lease().source() == Lease.Source.OUTER
          && level.outerName(task.lease()).equals(outerName)) {
        return task;
      }
    }
    return null;
  }

  /** The lease that has the function at an address of this level. */
  @Nullable LeaseTask findAddress(String address) {
    for (LeaseTask task : tasks.values()) {
      if (address.equals(task.lease().address())) {
        return task;
      }
    }
    return null;
  }

  List<LeaseTask> of(String machine) {
    return tasks.values().stream().filter(one -> one.lease().machine().equals(machine)).toList();
  }

  void add(LeaseTask task) {
    tasks.put(task.lease().key(), task);
  }

  /** Lets each do a step; whether one did. */
  boolean advance() {
    boolean any = false;
    for (LeaseTask task : all()) {
      any |= task.advance();
      if (task.isEnded()) {
        tasks.remove(task.lease().key());
      }
    }
    return any;
  }

  // ---- what is left -----------------------------------------------------------------------------

  /** A virtual function that nobody has; null when there is none. */
  Functions.@Nullable Owned freeFunction() {
    List<Functions.Owned> free = freeFunctions();
    return free.isEmpty() ? null : free.getFirst();
  }

  List<Functions.Owned> freeFunctions() {
    Set<String> taken = new LinkedHashSet<>(unknown);
    for (LeaseTask task : tasks.values()) {
      String address = task.lease().address();
      if (address != null) {
        taken.add(address);
      }
    }
    List<Functions.Owned> free = new ArrayList<>();
    for (Functions.Owned one : level.functions().owned()) {
      if (!taken.contains(one.address()) && level.functions().isFree(one.address())) {
        free.add(one);
      }
    }
    return free;
  }

  int functionsInUse() {
    return level.functions().owned().size() - freeFunctions().size();
  }

  /** Whether another interface than this has the address. */
  boolean isTaken(String mac, @Nullable String exceptKey) {
    Collection<LeaseTask> all = tasks.values();
    return all.stream()
        .anyMatch(
            task ->
                mac.equalsIgnoreCase(task.lease().settings().mac())
                    && !task.lease().key().equals(exceptKey));
  }

  /**
   * An emulated NIC instead. A MAC address that was only chosen for a function may become
   * another's.
   */
  Lease emulated(Lease lease, String why) {
    Lease plain = lease.emulated(why);
    Settings settings = plain.settings();
    return lease.asked().mac() != null
        ? plain
        : plain.with(settings.withMac(macFor(plain.with(Settings.NONE))));
  }

  /** The lease's address, or one made from its name, so that it gets the same one again. */
  String macFor(Lease lease) {
    String asked = lease.settings().mac();
    if (asked != null) {
      return asked;
    }
    CRC32C hash = new CRC32C();
    hash.update((level.name() + "/" + lease.key()).getBytes(UTF_8));
    for (long low = hash.getValue(); ; low++) {
      String mac = new MacAddress(MAC_PREFIX | low & 0xff_ffff).toString();
      if (!isTaken(mac, lease.key())) {
        return mac;
      }
    }
  }
}
