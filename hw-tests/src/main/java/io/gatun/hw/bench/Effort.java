package io.gatun.hw.bench;

/**
 * How much is measured.
 *
 * @param pairs alternating pairs of runs for each line
 * @param seconds measured time of a run, after warm-up
 */
record Effort(int pairs, double seconds) {}
