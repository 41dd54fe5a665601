package io.gatun.nest.machine;

import io.gatun.pmd.MacAddress;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * What runs on a level's functions: a virtual machine, or in the innermost guest the program that
 * drives them. Control thread: futures complete on it, too; they fail with {@link
 * MachineException}.
 *
 * <p>Devices that an extender plugs have ids that begin with {@link #ID_PREFIX}: by them it finds,
 * after a restart, what it did.
 */
public interface Machine {
  /** Begins the id of every device that an extender plugs. */
  String ID_PREFIX = "gatun.";

  /** Whether the machine answers. */
  boolean isReachable();

  /** Changes whenever it became reachable: it may have been started anew in between. */
  long generation();

  /** Ids of the devices that an extender plugged. */
  CompletableFuture<Set<String>> devices();

  /** Whether a function could be plugged now: null, or why not. */
  CompletableFuture<@Nullable String> missingForPlug();

  /**
   * Plugs a function of this level, which vfio-pci holds.
   *
   * @param id of the new device
   * @param address as in {@code 0000:01:10.0}
   * @return where the machine sees it: {@code BRIDGE/DEVICE} on its bus 0, as in {@code 02.0/00.0};
   *     complete when QEMU has it, which is before the machine's system has found it
   */
  CompletableFuture<String> plugFunction(String id, String address);

  /** Plugs an emulated network device; else as {@link #plugFunction}. */
  CompletableFuture<String> plugEmulated(String id, MacAddress mac);

  /**
   * Asks the machine to let go of a device. Complete when it is gone, or was not there; the machine
   * may take its time, or never answer: the caller has the deadline, and asks again.
   */
  CompletableFuture<@Nullable Void> unplug(String id);

  /**
   * Takes devices away from a machine that does not let go, as far as the configuration allows.
   *
   * @return what was done, in words; null when nothing may be
   */
  CompletableFuture<@Nullable String> force();

  /** Tells the machine's user about the link of a device, where nobody else does. */
  default void linkState(String id, boolean up, @Nullable String reason) {}
}
