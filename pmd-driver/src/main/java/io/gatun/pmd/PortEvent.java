package io.gatun.pmd;

/**
 * Something that happened to a port, told by its driver's interrupt or by its bus.
 *
 * @param port its number
 * @param kind what happened
 */
public record PortEvent(int port, Kind kind) {
  /** {@code enum rte_eth_event_type}, as far as Gatun asks for it. */
  public enum Kind {
    /** The link went up or down: {@code RTE_ETH_EVENT_INTR_LSC}. */
    LINK,
    /**
     * The device is to be given back: {@code RTE_ETH_EVENT_INTR_RMV} of the driver, or {@code
     * RTE_DEV_EVENT_REMOVE} of VFIO, whose unbinding waits. See {@link Eal#release}.
     */
    REMOVAL,
    /** The device wants a reset: {@code RTE_ETH_EVENT_INTR_RESET}. */
    RESET
  }
}
