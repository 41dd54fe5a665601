/** Overlay offload: the inner and the outer header of a packet completed independently. */
module io.gatun.offload {
  requires static transitive org.jspecify;
  requires io.gatun.pmd;
}
