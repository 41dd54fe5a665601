/** Benchmarks against DPDK's own programs, and what device tests need. */
@NullMarked
package io.gatun.hw;

import org.jspecify.annotations.NullMarked;
