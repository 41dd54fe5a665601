/** Benchmarks against DPDK's own programs, and what device tests need. Nothing depends on it. */
module io.gatun.hw {
  requires static transitive org.jspecify;
  requires io.gatun.pmd;
}
