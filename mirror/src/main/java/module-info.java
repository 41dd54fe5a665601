/** Port mirroring by completion: one buffer, sent again when its first transmission completes. */
module io.gatun.mirror {
  requires static transitive org.jspecify;
  requires io.gatun.bindings;
  requires transitive io.gatun.pmd;
}
