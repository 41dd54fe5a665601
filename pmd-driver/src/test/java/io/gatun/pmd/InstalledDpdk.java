package io.gatun.pmd;

import io.gatun.bindings.DpdkLibrary;
import io.gatun.bindings.DpdkLibraryException;
import org.junit.jupiter.api.Assumptions;

/** What tests tagged {@code dpdk} need. */
public final class InstalledDpdk {
  private InstalledDpdk() {}

  /** Loads DPDK; where there is none that Gatun knows, the test is skipped with the reason. */
  public static void loadOrSkip() {
    try {
      DpdkLibrary.load();
    } catch (DpdkLibraryException e) {
      Assumptions.abort(e.getMessage());
    }
  }
}
