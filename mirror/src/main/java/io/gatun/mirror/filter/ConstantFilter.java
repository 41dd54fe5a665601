package io.gatun.mirror.filter;

import io.gatun.pmd.DataPath;

/** Everything or nothing. */
@DataPath
final class ConstantFilter extends FrameFilter {
  static final FrameFilter EVERYTHING = new ConstantFilter(true);
  static final FrameFilter NOTHING = new ConstantFilter(false);

  private final boolean answer;

  private ConstantFilter(boolean answer) {
    this.answer = answer;
  }

  @Override
  public boolean matches(long mbuf) {
    return answer;
  }

  @Override
  boolean matches(long mbuf, int from, int end) {
    return answer;
  }
}
