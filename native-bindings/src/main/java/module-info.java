/**
 * The only module of Gatun with native access: DPDK's functions, structs and constants as raw ints,
 * longs and addresses.
 */
@SuppressWarnings("module") // compiled before them: a target of an export may be absent
module io.gatun.bindings {
  requires static transitive org.jspecify;

  // Raw memory and unchecked return codes: only for the module that turns them into an API, and for
  // those that read and write packets.
  exports io.gatun.bindings to
      io.gatun.pmd,
      io.gatun.offload,
      io.gatun.mirror;
}
