package io.gatun.nest.extender;

import io.gatun.nest.rpc.Grant;
import io.gatun.nest.rpc.Kind;
import io.gatun.nest.rpc.MachineTopology;
import io.gatun.nest.rpc.RpcCode;
import io.gatun.nest.rpc.RpcException;
import io.gatun.nest.rpc.Settings;
import io.gatun.nest.rpc.Topology;
import org.jspecify.annotations.Nullable;

/** What a machine may have: the least of its level's file and the topology. Control thread. */
final class Granted {
  private final Level level;
  private final String machine;
  private final Limits own;
  private Limits limits;
  private @Nullable RpcException nothing;

  /**
   * @param own what the level's file says
   */
  Granted(Level level, String machine, Limits own) {
    this.level = level;
    this.machine = machine;
    this.own = own;
    limits = own;
  }

  /**
   * What it may have now.
   *
   * @throws RpcException NOT_GRANTED, when file and topology leave nothing
   */
  Limits limits() throws RpcException {
    if (nothing != null) {
      throw nothing;
    }
    return limits;
  }

  /** What it might have under another topology. */
  Limits limits(Grant grant) throws RpcException {
    try {
      return own.and(grant);
    } catch (IllegalArgumentException e) {
      throw new RpcException(
          RpcCode.NOT_GRANTED, "%s: %s".formatted(level.name(), e.getMessage()), e);
    }
  }

  /** What is to be handed to its extender. */
  Topology inside(MachineTopology topology) {
    try {
      return topology.inside(limits(topology.limits()).maxRate());
    } catch (RpcException e) {
      return topology.inside(); // whatever it asks for will be refused with these words
    }
  }

  /** How many interfaces it may have. */
  int interfaces() {
    return nothing == null ? limits.interfaces() : 0;
  }

  /** Mbit/s that an interface of it may have; 0: unlimited. */
  int maxRate() {
    return limits.maxRate();
  }

  /** Sets what the topology grants. */
  void set(Grant grant) {
    try {
      nothing = null;
      limits = limits(grant);
    } catch (RpcException e) {
      nothing = e;
    }
  }

  /**
   * Sees whether a lease is still granted.
   *
   * @param count how many interfaces the machine has with it
   * @throws RpcException NOT_GRANTED
   */
  void hold(Lease lease, int count) throws RpcException {
    if (count > limits().interfaces()) {
      throw tooMany(lease.name());
    }
    if (lease.kind() == Kind.FUNCTION) {
      Settings granted = limits().narrow(lease.settings(), machine, mac -> false);
      if (!granted.equals(lease.settings())) {
        throw new RpcException(
            RpcCode.NOT_GRANTED, "%s: %s grants less now".formatted(lease.name(), level.name()));
      }
    }
  }

  RpcException tooMany(String interfaceName) {
    return new RpcException(
        RpcCode.NOT_GRANTED,
        "%s: %s has the %d interfaces that %s grants it"
            .formatted(interfaceName, machine, interfaces(), level.name()));
  }
}
