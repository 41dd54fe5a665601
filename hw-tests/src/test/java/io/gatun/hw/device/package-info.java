/**
 * Gatun on DPDK's virtual devices, in this process: pools, mbufs, queues, ports, streams.
 *
 * <p>EAL starts once in a process, so every class here runs in one of its own, with the ports that
 * it names ({@link io.gatun.hw.device.EalFixture}). After every test all pools are full again. What
 * is compared against is never Gatun's own code: DPDK's inline functions as gcc compiles them
 * ({@link io.gatun.hw.device.CProbe}), scapy, tshark, the kernel.
 */
@NullMarked
package io.gatun.hw.device;

import org.jspecify.annotations.NullMarked;
