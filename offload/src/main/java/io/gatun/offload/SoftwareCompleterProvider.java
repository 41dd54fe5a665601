package io.gatun.offload;

import io.gatun.pmd.MempoolCache;
import io.gatun.pmd.TransmitCompleter;
import io.gatun.pmd.TransmitCompleterProvider;

/** The passes of a tunnel for those who only have a packet and its flags. */
public final class SoftwareCompleterProvider implements TransmitCompleterProvider {
  /** For ServiceLoader. */
  public SoftwareCompleterProvider() {}

  @Override
  public TransmitCompleter create(MempoolCache pool, int dataRoom) {
    return new SoftwareCompleter(pool, dataRoom);
  }
}
