package io.gatun.offload.flow;

import io.gatun.pmd.DataPath;

/**
 * The numbers that rules MARK packets with, and what they mean: which identifier (VNI, VSID, key)
 * of the end point a packet belongs to, and, when the NIC has taken the outer headers off, which
 * remote it came from.
 *
 * <p>Read them with {@link io.gatun.pmd.Mbuf#mark} where {@code RTE_MBUF_F_RX_FDIR_ID} is set. They
 * are small, because NICs have as few as 16 bits. Immutable; any thread.
 */
@DataPath
public final class TunnelMarks {
  /** The largest mark; 0 is none. */
  public static final int MAX = 0xffff;

  private final int identifiers;
  private final int perIdentifier;

  /**
   * @param identifiers how many the end point has
   * @param remotes how many static remotes it has
   */
  public TunnelMarks(int identifiers, int remotes) {
    this.identifiers = identifiers;
    this.perIdentifier = remotes + 1;
  }

  /** Whether there are marks enough for every identifier and remote. */
  public boolean fit() {
    return (long) identifiers * perIdentifier <= MAX;
  }

  /**
   * The mark of packets with their outer headers.
   *
   * @param identifier its index in the end point's list
   */
  public int of(int identifier) {
    return 1 + identifier * perIdentifier;
  }

  /**
   * The mark of packets that the NIC has decapsulated.
   *
   * @param identifier its index in the end point's list
   * @param remote its index in the end point's list
   */
  public int of(int identifier, int remote) {
    return of(identifier) + 1 + remote;
  }

  /** Index of the identifier, or -1 for a number that is no mark of these. */
  public int identifier(int mark) {
    int index = (mark - 1) / perIdentifier;
    return mark < 1 || index >= identifiers ? -1 : index;
  }

  /** Index of the remote whose outer headers the NIC took off, or -1 when they are still there. */
  public int remote(int mark) {
    return identifier(mark) < 0 ? -1 : (mark - 1) % perIdentifier - 1;
  }
}
