package io.gatun.offload.plan;

/** Who carries an operation out. */
public enum Placement {
  /** The NIC, told so by the mbuf. */
  HARDWARE,
  /** Gatun, before the packet is handed to the driver or after it was received. */
  SOFTWARE,
  /** Nobody: the packet does not need it. */
  NONE
}
