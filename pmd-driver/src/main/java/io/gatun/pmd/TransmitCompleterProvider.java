package io.gatun.pmd;

import java.util.Optional;
import java.util.ServiceLoader;

/**
 * Makes {@link TransmitCompleter}s; module {@code offload} provides one. Found with ServiceLoader.
 * Control thread.
 */
public interface TransmitCompleterProvider {
  /** The provider of this installation; empty without the module that has it. */
  static Optional<TransmitCompleterProvider> find() {
    return ServiceLoader.load(TransmitCompleterProvider.class).findFirst();
  }

  /**
   * Makes one for an lcore.
   *
   * @param pool of that lcore, where segments come from
   * @param dataRoom bytes of a buffer of that pool behind the headroom
   */
  TransmitCompleter create(MempoolCache pool, int dataRoom);
}
