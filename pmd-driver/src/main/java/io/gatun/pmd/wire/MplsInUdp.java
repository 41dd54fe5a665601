package io.gatun.pmd.wire;

import io.gatun.pmd.DataPath;

/**
 * An MPLS label stack directly behind UDP: RFC 7510 section 3. Gatun passes it through.
 *
 * <pre>
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |     Source port: entropy      |    Destination port = 6635    |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |            Length             |           Checksum            |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |                   Label stack entries: Mpls                   |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * </pre>
 */
@DataPath
public final class MplsInUdp {
  /** UDP destination port. */
  public static final int PORT = 6635;

  /** From the UDP header to the first label stack entry. */
  public static final int LABELS = Udp.LENGTH;

  private MplsInUdp() {}

  /**
   * The length of the UDP header and the label stack, or -1: cut, another port, or no bottom of the
   * stack within {@link Mpls#MAX_ENTRIES}.
   *
   * @param at address of the UDP header
   */
  public static int length(long at, int available) {
    if (Udp.length(at, available) < 0 || Udp.destinationPort(at) != PORT) {
      return -1;
    }
    int stack = Mpls.stackLength(at + LABELS, available - LABELS);
    return stack < 0 ? -1 : LABELS + stack;
  }
}
