package io.gatun.pmd;

/**
 * A logical core of EAL ({@code -l}, {@code --lcores}): a thread that EAL made and pinned.
 *
 * @param id the lcore number
 * @param cpu the CPU it is pinned to; -1 where it may run on several
 * @param socket its NUMA node; -1 where EAL does not know
 * @param main whether it is the main lcore, which runs no poll loop
 */
public record Lcore(int id, int cpu, int socket, boolean main) {}
