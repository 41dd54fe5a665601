package io.gatun.hw.qemu;

/** Connects two wires: what comes out of one goes into the other, until it is closed. */
final class Cable implements AutoCloseable {
  private final Thread thread;
  private volatile boolean cut;

  Cable(Wire one, Wire other) {
    thread =
        Thread.ofPlatform()
            .name("cable")
            .start(
                () -> {
                  while (!cut) {
                    carry(one, other);
                    carry(other, one);
                  }
                });
  }

  private static void carry(Wire from, Wire to) {
    for (byte[] frame = from.receive(1); frame != null; frame = from.receive(1)) {
      to.send(frame);
    }
  }

  @Override
  public void close() {
    cut = true;
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }
}
