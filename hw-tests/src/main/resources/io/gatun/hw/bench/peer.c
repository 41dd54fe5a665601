/*
 * What no program of DPDK's measures: allocation and free of 32 mbufs, and a receive burst of nothing.
 * Prints nanoseconds of a round by name.
 */
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
  printf("%s %f\n", name, (now() - start) / ROUNDS);
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
