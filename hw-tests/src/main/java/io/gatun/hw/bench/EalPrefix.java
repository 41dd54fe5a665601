package io.gatun.hw.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A {@code --file-prefix} that nobody else has, for one process. EAL makes a folder of that name
 * and leaves it behind, unless the process is Gatun; {@link #close} removes it.
 */
final class EalPrefix implements AutoCloseable {
  private static final AtomicInteger NEXT = new AtomicInteger();

  private final Scratch folder;

  private EalPrefix(Scratch folder) {
    this.folder = folder;
  }

  /** Before the process starts. */
  static EalPrefix take() {
    String name =
        "gatun-bench-%d-%d".formatted(ProcessHandle.current().pid(), NEXT.getAndIncrement());
    return new EalPrefix(Scratch.adopt(runTimeFolder().resolve(name)));
  }

  /** Where EAL makes its folders (eal_create_runtime_dir, lib/eal/unix/eal_filesystem.c). */
  private static Path runTimeFolder() {
    String given = System.getenv("RUNTIME_DIRECTORY");
    return Path.of(given == null ? "/var/run" : given, "dpdk");
  }

  /** The EAL argument. */
  String argument() {
    return "--file-prefix=" + folder.folder().getFileName();
  }

  /** When the process has ended. */
  @Override
  public void close() throws IOException {
    folder.close();
  }
}
