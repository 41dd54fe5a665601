package io.gatun.nest.extender;

/**
 * How far a lease is. A phase is in the journal before anything is done in it; what is done in it
 * can be done again.
 */
enum Phase {
  /** Not in the journal: whether the machine has a port is being asked. */
  CHECKING,
  /** The outer level was asked; whether it has answered is not known. */
  ASKING,
  /** The outer level has plugged the function; this level's kernel has not found it yet. */
  APPEARING,
  /** MAC, VLAN and the like are being set on this level's own virtual function. */
  CONFIGURING,
  /** The function is being given to vfio-pci. */
  BINDING,
  /** The function, or an emulated NIC, is being plugged into the machine. */
  PLUGGING,
  /** The machine has it. */
  ACTIVE,
  /** The machine has been told to give it back. */
  REVOKING,
  /** It is being taken out of the machine. */
  UNPLUGGING,
  /** The function is being given back to the kernel's driver. */
  UNBINDING,
  /** The function is being given back to the outer level. */
  RETURNING,
  /** Not in the journal: only the journal's entry is left to remove. */
  FORGETTING;

  /** Whether the lease is on its way to {@link #ACTIVE}. */
  boolean isForward() {
    return compareTo(ACTIVE) < 0;
  }

  /** Whether the lease is on its way out. */
  boolean isBackward() {
    return compareTo(ACTIVE) > 0;
  }
}
