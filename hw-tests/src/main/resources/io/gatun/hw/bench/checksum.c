/*
 * The Internet checksum of a buffer: rte_raw_cksum, which DPDK has for it, and the loop over 32-bit
 * words that gcc makes the best code of. Compiled twice by the benchmark: for this CPU, and for the
 * one that Debian compiles DPDK for.
 *
 * Usage: checksum BYTES...
 * Prints: BYTES, nanoseconds of rte_raw_cksum, nanoseconds of the loop
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <rte_ip.h>

#define MEASURE_SECONDS 0.2

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + t.tv_nsec / 1e9;
}

static inline uint16_t fold(uint64_t sum) {
  sum = (sum & 0xffffffff) + (sum >> 32);
  sum = (sum & 0xffff) + (sum >> 16);
  sum = (sum & 0xffff) + (sum >> 16);
  sum = (sum & 0xffff) + (sum >> 16);
  return (uint16_t)sum;
}

__attribute__((noinline)) static uint16_t of_dpdk(const uint8_t *data, size_t bytes) {
  return rte_raw_cksum(data, bytes);
}

__attribute__((noinline)) static uint16_t of_loop(const uint8_t *data, size_t bytes) {
  uint64_t sum = 0;
  size_t words = bytes / 4;
  for (size_t i = 0; i < words; i++) {
    uint32_t word;
    memcpy(&word, data + 4 * i, 4);
    sum += word;
  }
  if (bytes & 2) {
    uint16_t half;
    memcpy(&half, data + 4 * words, 2);
    sum += half;
  }
  if (bytes & 1) sum += data[bytes - 1];
  return fold(sum);
}

static double nanos(uint16_t (*sum)(const uint8_t *, size_t), const uint8_t *data, size_t bytes) {
  volatile uint16_t result;
  uint64_t rounds = 0;
  double best = 1e9;
  for (int turn = 0; turn < 5; turn++) {
    double start = now(), time;
    rounds = 0;
    do {
      for (int i = 0; i < 1000; i++) result = sum(data, bytes);
      rounds += 1000;
      time = now() - start;
    } while (time < MEASURE_SECONDS);
    if (time / rounds < best) best = time / rounds;
  }
  (void)result;
  return best * 1e9;
}

int main(int argc, char **argv) {
  static uint8_t data[65536] __attribute__((aligned(64)));
  for (size_t i = 0; i < sizeof data; i++) data[i] = (uint8_t)(i * 31 + (i >> 8));
  for (int i = 1; i < argc; i++) {
    size_t bytes = strtoul(argv[i], NULL, 10);
    if (bytes == 0 || bytes > sizeof data || of_dpdk(data, bytes) != of_loop(data, bytes)) {
      fprintf(stderr, "%s: wrong\n", argv[i]);
      return 1;
    }
    printf("%zu %f %f\n", bytes, nanos(of_dpdk, data, bytes), nanos(of_loop, data, bytes));
  }
  return 0;
}
