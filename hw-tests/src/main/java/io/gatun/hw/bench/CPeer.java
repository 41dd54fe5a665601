package io.gatun.hw.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The peer for what no program of DPDK's measures: {@code peer.c}, compiled by gcc for the CPU that
 * Debian compiles DPDK for, in a temporary folder that {@link #close} removes.
 */
final class CPeer implements AutoCloseable {
  private static final String SOURCE =
      """
      #include <stdio.h>
      #include <time.h>
      #include <rte_eal.h>
      #include <rte_ethdev.h>
      #include <rte_launch.h>
      #include <rte_lcore.h>
      #include <rte_mbuf.h>
      #define ROUNDS 5000000
      static struct rte_mempool *pool;
      static double now(void) {
        struct timespec t;
        clock_gettime(CLOCK_MONOTONIC, &t);
        return t.tv_sec * 1e9 + t.tv_nsec;
      }
      static int alloc_free(int rounds) {
        struct rte_mbuf *m[32];
        for (int i = 0; i < rounds; i++) {
          if (rte_pktmbuf_alloc_bulk(pool, m, 32)) return 1;
          rte_pktmbuf_free_bulk(m, 32);
        }
        return 0;
      }
      static int receive_nothing(int rounds) {
        struct rte_mbuf *m[32];
        int n = 0;
        for (int i = 0; i < rounds; i++) n += rte_eth_rx_burst(0, 0, m, 32);
        return n;
      }
      static void measure(const char *name, int (*work)(int)) {
        if (work(ROUNDS / 10)) return;
        double start = now();
        if (work(ROUNDS)) return;
        printf("%s %f\\n", name, (now() - start) / ROUNDS);
      }
      static int run(void *unused) {
        (void)unused;
        measure("alloc_free", alloc_free);
        measure("receive_nothing", receive_nothing);
        return 0;
      }
      int main(int argc, char **argv) {
        struct rte_eth_conf conf = {0};
        if (rte_eal_init(argc, argv) < 0) return 1;
        pool = rte_pktmbuf_pool_create("peer", 8191, 250, 0, 2176, -1);
        if (pool == NULL || rte_eth_dev_configure(0, 1, 1, &conf)) return 1;
        if (rte_eth_rx_queue_setup(0, 0, 512, -1, NULL, pool)) return 1;
        if (rte_eth_tx_queue_setup(0, 0, 512, -1, NULL) || rte_eth_dev_start(0)) return 1;
        rte_eal_mp_remote_launch(run, NULL, SKIP_MAIN);
        rte_eal_mp_wait_lcore();
        rte_eth_dev_close(0);
        return rte_eal_cleanup();
      }
      """;

  private final Path folder;

  private CPeer(Path folder) {
    this.folder = folder;
  }

  static CPeer compile() throws IOException, InterruptedException {
    CPeer peer = new CPeer(Files.createTempDirectory("gatun-bench"));
    Files.writeString(peer.folder.resolve("peer.c"), SOURCE);
    List<String> line = new ArrayList<>(List.of("gcc", "-O3", "-o", "peer", "peer.c"));
    for (String option : List.of("--cflags", "--libs")) {
      String flags = Program.run(List.of("pkg-config", option, "libdpdk"));
      line.addAll(List.of(flags.strip().split("\\s+")));
    }
    try {
      Program.run(line, peer.folder);
    } catch (IOException | InterruptedException e) {
      peer.close();
      throw e;
    }
    return peer;
  }

  /** Runs it on lcore 1; nanoseconds of a round by name. */
  Map<String, Double> run() throws IOException, InterruptedException {
    String output =
        Program.run(
            List.of(
                folder.resolve("peer").toString(),
                "-l",
                "0-1",
                "--no-pci",
                "--in-memory",
                "--file-prefix=gatun-peer-" + ProcessHandle.current().pid(),
                "--vdev=net_ring0"));
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
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(folder);
  }
}
