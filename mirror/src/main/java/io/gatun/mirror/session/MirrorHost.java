package io.gatun.mirror.session;

import io.gatun.pmd.Lcore;
import io.gatun.pmd.Mempool;
import io.gatun.pmd.Port;
import org.jspecify.annotations.Nullable;

/** What a mirror needs to know of the run that it is part of. */
public interface MirrorHost {
  /** The ports as users call them. */
  PortDirectory ports();

  /** The pool of a configured port. */
  Mempool pool(Port port);

  /**
   * A new pool for an lcore's completions, of which nobody allocates: see {@link
   * io.gatun.mirror.engine.MirrorEngine#completions}. Null where references are to be counted.
   */
  default @Nullable Mempool completions(Lcore lcore) {
    return null;
  }

  /** Bytes of a buffer behind its headroom. */
  int dataRoom();

  /**
   * Turns of an lcore's loop so far: when the number has grown, every turn that was under way
   * before has ended. 0 before the loop runs. Any thread.
   */
  long turns(Lcore lcore);
}
