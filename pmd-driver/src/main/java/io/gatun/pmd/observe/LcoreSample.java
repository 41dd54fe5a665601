package io.gatun.pmd.observe;

/**
 * A worker lcore's counters at one moment, since the start of its loop.
 *
 * @param lcore its number
 * @param cpu its CPU; -1 for several
 * @param packets worked on
 * @param busyNanos time in turns that found work
 * @param idleNanos time in turns that found none
 * @param allocatedBytes heap that its thread has allocated; -1 where unknown
 */
public record LcoreSample(
    int lcore, int cpu, long packets, long busyNanos, long idleNanos, long allocatedBytes) {}
