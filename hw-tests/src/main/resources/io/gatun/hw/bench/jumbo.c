/*
 * jumbo.h for a process that is not ours: EAL loads this library (-d), which waits for the program to
 * configure port 0 and gives it the source.
 */
#include <pthread.h>
#include <stdio.h>
#include <time.h>
#include "jumbo.h"

static int is_configured(void) {
  struct rte_eth_dev_info info;
  return rte_eth_dev_is_valid_port(0) && rte_eth_dev_info_get(0, &info) == 0 &&
         info.nb_rx_queues > 0;
}

static void *attach(void *unused) {
  const struct timespec millisecond = {0, 1000000};
  (void)unused;
  while (!is_configured()) nanosleep(&millisecond, NULL);
  if (jumbo_make() || rte_eth_add_rx_callback(0, 0, jumbo_receive, NULL) == NULL)
    fprintf(stderr, "the source of large packets has no memory\n");
  return NULL;
}

RTE_INIT(jumbo_start) {
  pthread_t thread;
  if (pthread_create(&thread, NULL, attach, NULL) == 0) pthread_detach(thread);
}
