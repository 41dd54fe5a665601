package io.gatun.offload.gateway;

import io.gatun.offload.DropReason;
import io.gatun.pmd.DataPath;

/**
 * What a receiver says about a packet, as an {@code int}: {@link #REPLY}, {@link #CONSUMED}, or a
 * {@link #drop}, 0 or more.
 */
@DataPath
final class Outcome {
  /** The mbuf holds the answer now: it is to be sent on the port that it came from. */
  static final int REPLY = -1;

  /** The packet has told what it had to tell: it is to be freed. */
  static final int CONSUMED = -2;

  private Outcome() {}

  /** The packet is to be freed and counted; {@link DropReason#of} gives the reason back. */
  @SuppressWarnings("EnumOrdinal") // in memory only: no ordinal is stored or sent
  static int drop(DropReason reason) {
    return reason.ordinal();
  }

  /** Whether it is a drop. */
  static boolean isDrop(int outcome) {
    return outcome >= 0;
  }
}
