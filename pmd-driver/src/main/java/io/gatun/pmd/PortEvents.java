package io.gatun.pmd;

import io.gatun.bindings.RteEal;
import io.gatun.bindings.RteEthdev;
import io.gatun.bindings.Upcalls;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Carries events from EAL's interrupt thread to the control thread. The interrupt thread only
 * posts: a port must not be stopped or removed from inside its own callback.
 *
 * <p>A port's driver tells of its link, and of its removal where it can. Of a function that
 * vfio-pci gave the kernel asks for its removal itself: EAL tells that as an event of the device
 * (pci_vfio.c: {@code pci_vfio_req_handler}). {@code rte_dev_event_monitor_start} is not needed for
 * it, and {@code rte_dev_hotplug_handle_enable} would take SIGBUS from the JVM.
 */
final class PortEvents {
  private final ConcurrentLinkedQueue<PortEvent> queue = new ConcurrentLinkedQueue<>();
  private final Map<String, List<Integer>> ports = new ConcurrentHashMap<>();
  // Callbacks may still be called while EAL shuts down, so the stub is never freed.
  private final MemorySegment callback = Upcalls.ethEvent(this::post, Arena.global());

  private final MemorySegment deviceCallback = Upcalls.devEvent(this::postOfDevice, Arena.global());

  /** Lets EAL tell what happens to devices, whether a port of theirs is in use or not. */
  void registerDevices() {
    DpdkException.check(
        RteEal.rte_dev_event_callback_register(deviceCallback),
        "rte_dev_event_callback_register()",
        "");
  }

  /** Says which ports a device has; before {@link #registerDevices}. */
  void know(String device, int port) {
    ports.computeIfAbsent(device, _ -> new CopyOnWriteArrayList<>()).add(port);
  }

  private void postOfDevice(String device, int event) {
    if (event == RteEal.RTE_DEV_EVENT_REMOVE) {
      for (int port : ports.getOrDefault(device, List.of())) {
        queue.add(new PortEvent(port, PortEvent.Kind.REMOVAL));
      }
    }
  }

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
