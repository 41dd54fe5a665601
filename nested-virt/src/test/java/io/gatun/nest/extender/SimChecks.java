package io.gatun.nest.extender;

import io.gatun.nest.rpc.AssignRequest;
import io.gatun.nest.rpc.Grant;
import io.gatun.nest.rpc.Hop;
import io.gatun.nest.rpc.Kind;
import io.gatun.nest.rpc.RpcCode;
import io.gatun.nest.rpc.RpcException;
import io.gatun.nest.rpc.Settings;
import io.gatun.pmd.MacAddress;
import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What must hold in a {@link SimNest}. */
final class SimChecks {
  private final SimNest nest;

  SimChecks(SimNest nest) {
    this.nest = nest;
  }

  private void violate(String words) {
    nest.violations.add(words);
  }

  /** Always. */
  void look() {
    for (SimNode node : nest.nodes) {
      Set<SimFunctions.Silicon> plugged = new HashSet<>();
      for (SimNode.Child child : node.children) {
        for (SimVm.Device device : child.vm.devices.values()) {
          SimFunctions.Silicon silicon = device.guestFunction.silicon;
          if (silicon != null && !plugged.add(silicon)) {
            violate("%s: function %d is plugged twice".formatted(node.name, silicon.number));
          }
        }
      }
      Extender extender = node.extender;
      if (extender == null) {
        continue;
      }
      lookAtJournal(node, extender.journaled());
      for (LeaseTask task : node.found) {
        if (task.lease().phase() == Phase.ACTIVE) {
          violate(
              "%s: %s went on after its asker was gone".formatted(node.name, task.lease().key()));
        }
      }
      Set<String> addresses = new HashSet<>();
      Set<String> macs = new HashSet<>();
      for (LeaseTask task : extender.leases().all()) {
        Lease lease = task.lease();
        if (lease.address() != null && !addresses.add(lease.address())) {
          violate("%s: %s is leased twice".formatted(node.name, lease.address()));
        }
        String mac = lease.settings().mac();
        if (mac != null && lease.phase() == Phase.ACTIVE && !macs.add(mac)) {
          violate("%s: %s is used twice".formatted(node.name, mac));
        }
      }
    }
    nest.guests.forEach(this::lookAtGuest);
  }

  /** Whatever an extender changed is in its journal: killed now, it would find it again. */
  private void lookAtJournal(SimNode node, Map<String, Lease> journal) {
    if (node.journalLost) {
      return;
    }
    Set<String> addresses = new HashSet<>();
    Set<String> ids = new HashSet<>();
    for (Lease lease : journal.values()) {
      if (lease.address() != null) {
        addresses.add(lease.address());
      }
      if (lease.phase().compareTo(Phase.PLUGGING) >= 0
          && lease.phase().compareTo(Phase.UNPLUGGING) <= 0) {
        ids.add(lease.deviceId());
      }
    }
    node.functions.present.forEach(
        (address, function) -> {
          if (function.vfio && !addresses.contains(address)) {
            violate("%s: vfio-pci has %s, and no lease".formatted(node.name, address));
          }
        });
    for (Functions.Owned owned : node.functions.owned) {
      SimFunctions.Function function = node.functions.present.get(owned.address());
      if (function != null
          && function.silicon != null
          && !function.silicon.settings.equals(Settings.NONE)
          && !addresses.contains(owned.address())) {
        violate("%s: %s is set, and no lease's".formatted(node.name, owned.address()));
      }
    }
    for (SimNode.Child child : node.children) {
      for (String id : child.vm.plugged()) {
        if (!ids.contains(id)) {
          violate("%s: %s has %s, and no lease".formatted(node.name, child.vm.name, id));
        }
      }
    }
  }

  /** What a guest's program drives is what was granted. */
  private void lookAtGuest(SimNode guest) {
    for (SimFunctions.Function function : guest.local.running.values()) {
      SimFunctions.Silicon silicon = function.silicon;
      if (silicon == null) {
        continue;
      }
      Settings set = silicon.settings;
      String mac = set.mac();
      Integer vlan = set.vlan();
      Integer rate = set.maxRate();
      boolean granted =
          mac != null
              && SimNest.OUTER_LIMITS.macs().getFirst().contains(MacAddress.parse(mac))
              && vlan != null
              && SimNest.OUTER_LIMITS.vlans().getFirst().contains(vlan)
              && rate != null
              && rate > 0
              && rate <= 1000
              && !set.isTrusted();
      if (!granted && nest.outermost.functions.present.containsValue(hostOf(silicon))) {
        violate("%s drives a function set to %s".formatted(guest.name, set));
      }
    }
  }

  private SimFunctions.Function hostOf(SimFunctions.Silicon silicon) {
    for (SimFunctions.Function function : nest.outermost.functions.present.values()) {
      if (function.silicon == silicon) {
        return function;
      }
    }
    return new SimFunctions.Function(null, "");
  }

  /** Whether nothing is on its way: every guest has what it wants, or was told why not. */
  boolean isCalm() {
    for (SimNode node : nest.nodes) {
      Extender extender = node.extender;
      if (extender == null || extender.outerProblem() != null) {
        return false;
      }
      for (LeaseTask task : extender.leases().all()) {
        if (task.lease().phase() != Phase.ACTIVE) {
          return false;
        }
      }
      for (SimNode.Child child : node.children) {
        if (child.vm.plugged().size() != extender.leases().of(child.vm.name).size()) {
          return false;
        }
      }
    }
    return nest.guests.stream().allMatch(this::isAnswered);
  }

  private boolean isAnswered(SimNode guest) {
    Extender extender = guest.extender;
    Wants wants = extender == null ? null : extender.wants();
    if (wants == null || !wants.isSettled()) {
      return false;
    }
    return SimTopology.expected(nest.topology, guest).keySet().stream()
        .allMatch(name -> guest.has(name) || isFinal(wants.refusal(name)));
  }

  private static boolean isFinal(@Nullable RpcException refused) {
    return refused != null
        && (refused.code() == RpcCode.NOT_GRANTED || refused.code() == RpcCode.NO_FUNCTION);
  }

  /** Its extender has been dead for longer than the time of grace: nothing is kept for it. */
  void abandoned(SimNode node) {
    Extender outer = node.parent == null ? null : node.parent.extender;
    if (outer == null) {
      return;
    }
    for (LeaseTask task : outer.leases().of(node.name)) {
      if (!task.lease().standIn()) {
        violate(
            "%s: still has %s, though nobody there was heard".formatted(node.name, task.lease()));
      } else if (task.lease().phase() == Phase.ACTIVE) {
        SimNest.count(nest.outcomes, "a stand-in");
      } else if (task.lease().phase().isBackward()) {
        violate("%s: a stand-in comes and goes: %s".formatted(node.name, task.lease()));
      }
    }
  }

  /** Nobody is there, and the topology does not want anything any more. */
  void forgotten(SimNode node) {
    Extender outer = node.parent == null ? null : node.parent.extender;
    if (outer != null && !outer.leases().of(node.name).isEmpty()) {
      violate("%s: its stand-ins stay".formatted(node.name));
    }
  }

  /** After a time without faults: journal, memory and world agree, and nothing is left half. */
  void settled() {
    for (SimNode node : nest.nodes) {
      Extender extender = node.extender;
      if (extender == null) {
        violate(node.name + ": its extender does not start");
        continue;
      }
      Map<String, Lease> memory = new HashMap<>();
      for (LeaseTask task : extender.leases().all()) {
        Lease lease = task.lease();
        memory.put(lease.key(), lease);
        if (lease.phase() != Phase.ACTIVE && !node.leaf) {
          violate(
              "%s: %s stays %s: %s"
                  .formatted(node.name, lease.key(), lease.phase(), task.problem()));
        }
      }
      if (!node.leaf && !extender.journaled().equals(memory)) {
        violate(
            "%s: the journal says %s, memory %s"
                .formatted(node.name, extender.journaled(), memory));
      }
      journalOnDisk(node, extender);
      world(node, memory);
    }
    nest.guests.forEach(this::converged);
  }

  private void journalOnDisk(SimNode node, Extender extender) {
    try {
      Journal again = Journal.open(copyOf(node.disk), node.name);
      if (!again.leases().equals(extender.journaled())) {
        violate(node.name + ": the journal on disk is another");
      }
    } catch (IOException e) {
      violate("%s: %s".formatted(node.name, e.getMessage()));
    }
  }

  private JournalStore copyOf(SimDisk disk) {
    SimDisk copy = new SimDisk(nest.random);
    JournalStore store = copy.open(new SimProcess());
    try {
      store.append(disk.bytes());
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return store;
  }

  private void world(SimNode node, Map<String, Lease> leases) {
    Set<String> bound = new HashSet<>();
    Map<String, Set<String>> ids = new HashMap<>();
    for (Lease lease : leases.values()) {
      if (lease.address() != null) {
        bound.add(lease.address());
      }
      ids.computeIfAbsent(lease.machine(), none -> new HashSet<>()).add(lease.deviceId());
    }
    node.functions.present.forEach(
        (address, function) -> {
          if (function.vfio && !bound.contains(address)) {
            violate("%s: %s is leaked: vfio-pci has it".formatted(node.name, address));
          }
        });
    for (SimNode.Child child : node.children) {
      Set<String> plugged = new HashSet<>(child.vm.plugged());
      Set<String> leased = ids.getOrDefault(child.vm.name, Set.of());
      if (!plugged.equals(leased)) {
        violate(
            "%s: %s has %s, leased are %s".formatted(node.name, child.vm.name, plugged, leased));
      }
    }
  }

  /** Every guest has what it is to have, or was told why not. */
  private void converged(SimNode guest) {
    Extender extender = guest.extender;
    Wants wants = extender == null ? null : extender.wants();
    if (extender == null || wants == null) {
      return;
    }
    SimTopology.expected(nest.topology, guest)
        .forEach(
            (name, request) -> {
              LeaseTask task = extender.leases().find(SimNode.SELF, name);
              RpcException refused = wants.refusal(name);
              SimNest.count(nest.outcomes, outcome(task, refused));
              if (task != null && task.lease().phase() == Phase.ACTIVE) {
                has(guest, task.lease(), request, refused);
              } else if (refused == null) {
                violate("%s: %s is neither there nor refused".formatted(guest.name, name));
              } else if (!isRight(refused, request)) {
                violate(
                    "%s: %s is refused: %s %s"
                        .formatted(guest.name, name, refused.code(), refused.words()));
              }
            });
  }

  private static boolean isRight(RpcException refused, @Nullable AssignRequest request) {
    return switch (refused.code()) {
      case NOT_GRANTED -> true;
      case NO_FUNCTION ->
          request != null && (!request.fallback() || refused.words().contains("emulated"));
      default -> false;
    };
  }

  /** A change that is not granted leaves an interface as it was, and is refused. */
  private void has(
      SimNode guest, Lease lease, @Nullable AssignRequest request, @Nullable RpcException refused) {
    if (request == null) {
      violate("%s: has %s, which nobody agrees on".formatted(guest.name, lease.name()));
      return;
    }
    if (lease.kind() == Kind.EMULATED && (lease.reason() == null || !request.fallback())) {
      violate(guest.name + ": is emulated without a reason, or against its will");
    }
    if (lease.kind() == Kind.FUNCTION) {
      chain(guest, lease);
      boolean same = request.settings().or(lease.settings()).equals(lease.settings());
      if (!same && (refused == null || refused.code() != RpcCode.NOT_GRANTED)) {
        violate("%s: has %s, wants %s".formatted(guest.name, lease.settings(), request));
      }
      granted(guest, lease.settings());
    }
  }

  /** What a topology grants along the way holds. */
  private void granted(SimNode guest, Settings settings) {
    for (SimNode node = guest; node != null && node.parent != null; node = node.parent) {
      Grant grant = SimTopology.part(nest.topology, node).limits();
      try {
        if (!Limits.NONE.and(grant).narrow(settings, node.name, mac -> false).equals(settings)) {
          violate("%s: has %s, %s is granted %s".formatted(guest.name, settings, node.name, grant));
        }
      } catch (RpcException e) {
        violate("%s: has %s: %s".formatted(guest.name, settings, e.words()));
      }
    }
  }

  private static String outcome(@Nullable LeaseTask task, @Nullable RpcException refused) {
    if (task != null) {
      return task.lease().kind() == Kind.FUNCTION ? "a function" : "an emulated NIC";
    }
    return refused == null ? "nothing" : refused.code().name();
  }

  /** The chain that the guest was told is the one there is. */
  private void chain(SimNode guest, Lease lease) {
    SimFunctions.Silicon silicon = null;
    List<Hop> hops = lease.assignment(guest.name).chain();
    Map<String, SimNode> byName = new HashMap<>();
    nest.nodes.forEach(node -> byName.put(node.name, node));
    for (Hop hop : hops) {
      SimNode node = byName.get(hop.level());
      SimFunctions.Function function =
          node == null ? null : node.functions.present.get(hop.address());
      if (function == null || silicon != null && function.silicon != silicon) {
        violate("%s: the chain is wrong at %s".formatted(guest.name, hop));
        return;
      }
      silicon = function.silicon;
    }
    if (silicon == null || !lease.settings().equals(silicon.settings)) {
      violate(
          "%s: was told %s, set is %s"
              .formatted(guest.name, lease.settings(), silicon == null ? null : silicon.settings));
    }
  }

  /** Nobody wants anything: everything is back. */
  void empty() {
    for (SimNode node : nest.nodes) {
      Extender extender = node.extender;
      if (extender != null && !extender.journaled().isEmpty()) {
        violate("%s: still has %s".formatted(node.name, extender.journaled().keySet()));
      }
      for (SimNode.Child child : node.children) {
        // A back end without its NIC is named by nothing but the journal.
        boolean leftBackEnd = child.vm.netdevs() > 0 && !node.journalLost;
        if (!child.vm.devices.isEmpty() || leftBackEnd) {
          violate(
              "%s: still has devices %s, %d netdevs"
                  .formatted(child.vm.name, child.vm.plugged(), child.vm.netdevs()));
        }
      }
    }
    for (Functions.Owned owned : nest.outermost.functions.owned) {
      SimFunctions.Function function = nest.outermost.functions.present.get(owned.address());
      if (function == null
          || function.vfio
          || function.inUse
          || function.silicon == null
          || !function.silicon.settings.equals(Settings.NONE)) {
        violate(
            "%s is not back with its driver: %s"
                .formatted(
                    owned.address(),
                    function == null
                        ? "absent"
                        : "%s %s %s"
                            .formatted(
                                function.vfio,
                                function.inUse,
                                function.silicon == null ? null : function.silicon.settings)));
      }
    }
  }
}
