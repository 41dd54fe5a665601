package io.gatun.mirror.filter;

import io.gatun.pmd.DataPath;

/** A filter that can be asked about a part of a packet: the inner frame of a tunnelled one. */
abstract class FrameFilter extends PacketFilter {
  FrameFilter() {}

  /**
   * Whether the frame that is bytes {@code from} to {@code end} of a packet matches.
   *
   * @param mbuf address of the packet's first mbuf
   * @param from offset of the frame's first byte
   * @param end offset behind its last byte, from {@code from} to the packet's length
   */
  @DataPath
  abstract boolean matches(long mbuf, int from, int end);
}
