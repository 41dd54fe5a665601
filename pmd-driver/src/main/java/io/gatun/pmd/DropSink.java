package io.gatun.pmd;

/** Where packets go that a worker gives up. Owned by one lcore. */
@DataPath
public interface DropSink {
  /**
   * Takes a packet, which the sink frees, now or later.
   *
   * @param mbuf the packet as far as it was understood; not shared
   * @param reason index in the names that {@link PortHooks#onDrop} was given
   */
  void drop(long mbuf, int reason);
}
