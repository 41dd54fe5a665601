/**
 * The only module of Gatun with native access: DPDK's functions, structs and constants as raw ints,
 * longs and addresses.
 */
@SuppressWarnings("module") // io.gatun.pmd is compiled later: a target of an export may be absent
module io.gatun.bindings {
  requires static transitive org.jspecify;

  // Raw memory and unchecked return codes: only for the module that turns them into an API.
  exports io.gatun.bindings to
      io.gatun.pmd;
}
