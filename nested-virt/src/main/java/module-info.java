/** SR-IOV through nested virtual machines: cascaded extenders hand a virtual function down. */
module io.gatun.nest {
  requires static transitive org.jspecify;
  requires io.gatun.pmd;
}
