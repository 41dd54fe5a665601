package io.gatun.nest.extender;

import io.gatun.nest.rpc.Settings;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The PCI functions of a level, as its kernel shows them. Control thread. Every change can be made
 * again: it does nothing where it is made already.
 */
public interface Functions {
  /**
   * A virtual function whose physical function this level owns.
   *
   * @param parent the physical function's PCI address
   * @param index number of the virtual function in it, from 0
   * @param address its own PCI address, as in {@code 0000:01:10.0}
   */
  record Owned(String parent, int index, String address) {}

  /**
   * A function that was found where the outer level said.
   *
   * @param address its PCI address here
   * @param mac its MAC address, where a driver shows it
   */
  record Found(String address, @Nullable String mac) {}

  /**
   * What a virtual function carried since it was made, as its physical function counts it.
   *
   * @param receivedPackets by the guest
   * @param receivedBytes by the guest
   * @param sentPackets by the guest
   * @param sentBytes by the guest
   */
  record Counters(long receivedPackets, long receivedBytes, long sentPackets, long sentBytes) {}

  /** A step failed. */
  final class FunctionException extends Exception {
    private static final long serialVersionUID = 1L;

    /**
     * @param message names the function, the step, the kernel's error and the remedy
     */
    public FunctionException(String message) {
      super(message);
    }
  }

  /** The virtual functions of this level's physical functions; none in an inner level. */
  List<Owned> owned();

  /** Why functions cannot be handed on from here, as in "no IOMMU"; null: nothing is missing. */
  @Nullable String missing();

  /**
   * The function at a place.
   *
   * @param slot {@code BRIDGE/DEVICE} on bus 0, as in {@code 02.0/00.0}
   */
  Optional<Found> at(String slot);

  /** Whether the kernel sees it. */
  boolean isPresent(String address);

  /** Whether nobody has it: no process, no driver but the kernel's, and nothing on that one. */
  boolean isFree(String address);

  /** Whether a process holds it through VFIO. */
  boolean isInUse(String address);

  /** Whether vfio-pci has it. */
  boolean isVfio(String address);

  /** Whether the physical function has a link; null where that is not known. */
  @Nullable Boolean isLinkUp(Owned function);

  /** Pairs of queues of a virtual function; 0: not known. */
  default int queues() {
    return 0;
  }

  /** Names of DPDK's offload flags that a virtual function has; empty: not known. */
  default List<String> offloads() {
    return List.of();
  }

  /**
   * What a function carried.
   *
   * @throws FunctionException when nobody counts it, saying why
   */
  default Counters counters(Owned function) throws FunctionException {
    throw new FunctionException(function.address() + ": nobody counts what it carries");
  }

  /**
   * Sets what the settings say.
   *
   * @return names of settings that the device takes without honouring them
   */
  List<String> configure(Owned function, Settings settings) throws FunctionException;

  /** Sets what a virtual function is set to when nobody has it. */
  void restore(Owned function) throws FunctionException;

  /** Gives it to vfio-pci. */
  void bindVfio(String address) throws FunctionException;

  /** Gives it back to the kernel's driver. */
  void bindKernel(String address) throws FunctionException;
}
