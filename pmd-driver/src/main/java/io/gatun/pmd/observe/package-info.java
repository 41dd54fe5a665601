/**
 * What a running Gatun shows: samples of its counters, the live table, commands on DPDK's telemetry
 * socket, a Prometheus endpoint, JFR events. All of it reads counters that lcores publish; none of
 * it runs on an lcore.
 */
@NullMarked
package io.gatun.pmd.observe;

import org.jspecify.annotations.NullMarked;
