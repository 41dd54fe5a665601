package io.gatun.mirror.filter;

import io.gatun.pmd.DataPath;

/** Asks about the inner frame of a tunnelled packet; another packet does not match. */
@DataPath
final class InnerFilter extends PacketFilter {
  private final FrameFilter ethernet;
  private final FrameFilter ip;

  /**
   * Makes the filter.
   *
   * @param ethernet for inner Ethernet frames
   * @param ip for inner packets that begin with an IP header
   */
  InnerFilter(FrameFilter ethernet, FrameFilter ip) {
    this.ethernet = ethernet;
    this.ip = ip;
  }

  @Override
  public boolean matches(long mbuf) {
    long found = InnerFrame.find(mbuf);
    if (found == InnerFrame.NONE) {
      return false;
    }
    FrameFilter filter = InnerFrame.isIp(found) ? ip : ethernet;
    return filter.matches(mbuf, InnerFrame.from(found), InnerFrame.end(found));
  }
}
