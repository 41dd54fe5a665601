package io.gatun.hw.device;

import io.gatun.pmd.Burst;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What packets are sent through and come out of: a model NIC, or two cabled ports. */
interface OverlayWire {
  /**
   * Transmits what became of one packet; the burst is empty then.
   *
   * @return null, or why the driver's {@code tx_prepare} refuses it: nothing has been sent then
   */
  @Nullable String send(Burst packet);

  /** The frames that have left since the last call, in order, when all have. */
  List<byte[]> frames(int expected);
}
