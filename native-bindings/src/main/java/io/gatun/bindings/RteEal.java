package io.gatun.bindings;

import static java.lang.foreign.ValueLayout.ADDRESS;

import io.gatun.bindings.gen.Dpdk;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;

/** {@code rte_eal.h}, {@code rte_version.h}, {@code rte_cycles.h}. Control plane. */
public final class RteEal {
  public static final int RTE_IOVA_PA = Dpdk.RTE_IOVA_PA();
  public static final int RTE_IOVA_VA = Dpdk.RTE_IOVA_VA();

  /** {@code enum rte_dev_event_type}: the device is to be given back. */
  public static final int RTE_DEV_EVENT_REMOVE = Dpdk.RTE_DEV_EVENT_REMOVE();

  private RteEal() {}

  /**
   * {@code rte_eal_init}: pins the calling thread to the main lcore's CPU.
   *
   * @param arguments argv from argv[0] on; EAL keeps pointers into them for the life of the process
   * @return how many arguments were parsed, or -1 with {@code rte_errno}
   */
  public static int rte_eal_init(List<String> arguments) {
    Arena arena = Arena.global();
    MemorySegment argv = arena.allocate(ADDRESS, arguments.size() + 1L);
    for (int i = 0; i < arguments.size(); i++) {
      argv.setAtIndex(ADDRESS, i, arena.allocateFrom(arguments.get(i)));
    }
    return Dpdk.rte_eal_init(arguments.size(), argv);
  }

  public static int rte_eal_cleanup() {
    return Dpdk.rte_eal_cleanup();
  }

  public static boolean rte_eal_has_hugepages() {
    return Dpdk.rte_eal_has_hugepages() != 0;
  }

  /** Whether {@code rte_eal_process_type} is RTE_PROC_PRIMARY. */
  public static boolean rte_eal_is_primary() {
    return Dpdk.rte_eal_process_type() == Dpdk.RTE_PROC_PRIMARY();
  }

  public static int rte_eal_iova_mode() {
    return Dpdk.rte_eal_iova_mode();
  }

  /** The folder of this process's sockets and files, such as {@code /var/run/dpdk/rte}. */
  public static String rte_eal_get_runtime_dir() {
    return Memory.string(Dpdk.rte_eal_get_runtime_dir().address(), 4096);
  }

  /** Frequency of the time-stamp counter in hertz. */
  public static long rte_get_tsc_hz() {
    return Dpdk.rte_get_tsc_hz();
  }

  /** {@code rte_eal_hotplug_add}: 0, or a negative errno. */
  public static int rte_eal_hotplug_add(String bus, String device, String arguments) {
    try (Arena arena = Arena.ofConfined()) {
      return Dpdk.rte_eal_hotplug_add(
          arena.allocateFrom(bus), arena.allocateFrom(device), arena.allocateFrom(arguments));
    }
  }

  /** {@code rte_eal_hotplug_remove}: 0, or a negative errno. */
  public static int rte_eal_hotplug_remove(String bus, String device) {
    try (Arena arena = Arena.ofConfined()) {
      return Dpdk.rte_eal_hotplug_remove(arena.allocateFrom(bus), arena.allocateFrom(device));
    }
  }

  /** {@code rte_dev_event_monitor_start}: 0, or a negative errno. */
  public static int rte_dev_event_monitor_start() {
    return Dpdk.rte_dev_event_monitor_start();
  }

  /** {@code rte_dev_event_monitor_stop}: 0, or a negative errno. */
  public static int rte_dev_event_monitor_stop() {
    return Dpdk.rte_dev_event_monitor_stop();
  }

  /** {@code rte_dev_event_callback_register} for every device: 0, or a negative errno. */
  public static int rte_dev_event_callback_register(MemorySegment callback) {
    return Dpdk.rte_dev_event_callback_register(MemorySegment.NULL, callback, MemorySegment.NULL);
  }

  /** {@code rte_pdump_init}, so that dpdk-dumpcap can attach: 0, or -1 with {@code rte_errno}. */
  public static int rte_pdump_init() {
    return NativeSymbols.find("rte_pdump_init").isPresent() ? Dpdk.rte_pdump_init() : 0;
  }

  public static int rte_pdump_uninit() {
    return NativeSymbols.find("rte_pdump_uninit").isPresent() ? Dpdk.rte_pdump_uninit() : 0;
  }
}
