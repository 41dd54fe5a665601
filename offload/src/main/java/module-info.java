/** Overlay offload: the inner and the outer header of a packet completed independently. */
module io.gatun.offload {
  requires static transitive org.jspecify;
  requires io.gatun.bindings;
  requires transitive io.gatun.pmd;

  exports io.gatun.offload.wire;
}
