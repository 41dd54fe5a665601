package io.gatun.mirror.filter;

import io.gatun.bindings.Memory;
import io.gatun.bindings.RteMbuf;

/** Matches by the packet's length alone, for device tests, which lie elsewhere. */
public final class LengthFilter extends PacketFilter {
  private final int modulus;
  private final int remainder;

  /** Matches lengths that leave {@code remainder} when divided. */
  public LengthFilter(int modulus, int remainder) {
    this.modulus = modulus;
    this.remainder = remainder;
  }

  @Override
  public boolean matches(long mbuf) {
    return matchesLength(Memory.getInt(mbuf + RteMbuf.PKT_LEN));
  }

  /** Whether packets of so many bytes match. */
  public boolean matchesLength(int bytes) {
    return bytes % modulus == remainder;
  }
}
