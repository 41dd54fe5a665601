package io.gatun.pmd;

import io.gatun.bindings.RteEthdev;
import io.gatun.bindings.Upcalls;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Carries events from EAL's interrupt thread to the control thread. The interrupt thread only
 * posts: a port must not be stopped or removed from inside its own callback.
 */
final class PortEvents {
  private final ConcurrentLinkedQueue<PortEvent> queue = new ConcurrentLinkedQueue<>();
  // Callbacks may still be called while EAL shuts down, so the stub is never freed.
  private final MemorySegment callback = Upcalls.ethEvent(this::post, Arena.global());

  private void post(int port, int event) {
    if (event == RteEthdev.RTE_ETH_EVENT_INTR_LSC) {
      queue.add(new PortEvent(port, PortEvent.Kind.LINK));
    } else if (event == RteEthdev.RTE_ETH_EVENT_INTR_RMV) {
      queue.add(new PortEvent(port, PortEvent.Kind.REMOVAL));
    } else if (event == RteEthdev.RTE_ETH_EVENT_INTR_RESET) {
      queue.add(new PortEvent(port, PortEvent.Kind.RESET));
    }
  }

  void register(int port) {
    for (int event : events()) {
      DpdkException.check(
          RteEthdev.rte_eth_dev_callback_register(port, event, callback, MemorySegment.NULL),
          "rte_eth_dev_callback_register(port " + port + ")",
          "");
    }
  }

  void unregister(int port) {
    for (int event : events()) {
      RteEthdev.rte_eth_dev_callback_unregister(port, event, callback, MemorySegment.NULL);
    }
  }

  private static int[] events() {
    return new int[] {
      RteEthdev.RTE_ETH_EVENT_INTR_LSC,
      RteEthdev.RTE_ETH_EVENT_INTR_RMV,
      RteEthdev.RTE_ETH_EVENT_INTR_RESET
    };
  }

  /** Takes out everything that was posted, in order. */
  List<PortEvent> drain() {
    List<PortEvent> events = new ArrayList<>();
    for (PortEvent event = queue.poll(); event != null; event = queue.poll()) {
      events.add(event);
    }
    return events;
  }
}
