package io.gatun.nest.rpc;

/** What a guest got. */
public enum Kind {
  /** A virtual function of the NIC. */
  FUNCTION,
  /** A network device that the machine's hypervisor emulates. */
  EMULATED
}
