package io.gatun.pmd.cli.doctor;

import io.gatun.bindings.DpdkLibrary;
import java.util.List;
import java.util.function.Supplier;

/**
 * Is there a DPDK that Gatun knows?
 *
 * @param loader loads DPDK and describes it; throws where there is none
 */
record DpdkCheck(Supplier<String> loader) implements Check {
  private static final String SUBJECT = "DPDK";

  /** Loads DPDK into this process, as every other command does; EAL is not started. */
  static String describeLoaded() {
    DpdkLibrary dpdk = DpdkLibrary.load();
    return "%s, ABI %d, in %s".formatted(dpdk.version(), dpdk.release().abi(), dpdk.directory());
  }

  @Override
  public List<Finding> run(HostFiles host) {
    try {
      return List.of(Finding.ok(SUBJECT, loader.get()));
    } catch (RuntimeException | LinkageError e) {
      // What any other command would end with: DpdkLibraryException, or native access denied.
      String message = e.getMessage();
      return List.of(
          Finding.fail(SUBJECT, message == null ? e.toString() : message, "apt-get install dpdk"));
    }
  }
}
