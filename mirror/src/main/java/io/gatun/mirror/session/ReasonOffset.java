package io.gatun.mirror.session;

import io.gatun.pmd.DataPath;
import io.gatun.pmd.DropSink;

/** Numbers the reasons of one kind of worker behind those of the others. One lcore. */
@DataPath
final class ReasonOffset implements DropSink {
  private final DropSink sink;
  private final int offset;

  ReasonOffset(DropSink sink, int offset) {
    this.sink = sink;
    this.offset = offset;
  }

  @Override
  public void drop(long mbuf, int reason) {
    sink.drop(mbuf, offset + reason);
  }
}
