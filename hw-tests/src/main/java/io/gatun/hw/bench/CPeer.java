package io.gatun.hw.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The peer for what no program of DPDK's measures: {@code peer.c}, compiled by gcc for the CPU that
 * Debian compiles DPDK for.
 */
final class CPeer implements AutoCloseable {
  private final Scratch scratch;
  private final Path program;

  private CPeer(Scratch scratch, Path program) {
    this.scratch = scratch;
    this.program = program;
  }

  static CPeer compile() throws IOException, InterruptedException {
    Scratch scratch = Scratch.make();
    try {
      return new CPeer(scratch, Gcc.compile(scratch.folder(), "peer", "peer.c"));
    } catch (IOException | InterruptedException e) {
      scratch.close();
      throw e;
    }
  }

  /** Runs it on lcore 1; nanoseconds of a round by name. */
  Map<String, Double> run() throws IOException, InterruptedException {
    String output;
    try (EalPrefix prefix = EalPrefix.take()) {
      output =
          Program.run(
              List.of(
                  program.toString(),
                  "-l",
                  "0-1",
                  "--no-pci",
                  "--in-memory",
                  prefix.argument(),
                  "--vdev=net_ring0"));
    }
    Map<String, Double> nanos = new TreeMap<>();
    for (String line : output.lines().toList()) {
      String[] words = line.split(" ", -1);
      if (words.length == 2 && (line.startsWith("alloc") || line.startsWith("receive"))) {
        nanos.put(words[0], Double.parseDouble(words[1]));
      }
    }
    if (nanos.size() != 2) {
      throw new IOException("the C peer printed no times: " + output);
    }
    return nanos;
  }

  @Override
  public void close() throws IOException {
    scratch.close();
  }
}
