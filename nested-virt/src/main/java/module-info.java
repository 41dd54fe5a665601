/** SR-IOV through nested virtual machines: cascaded extenders hand a virtual function down. */
module io.gatun.nest {
  requires static transitive org.jspecify;
  requires io.gatun.pmd;
  requires com.fasterxml.jackson.databind;
  requires info.picocli;

  // picocli fills the annotated options by reflection.
  opens io.gatun.nest.vf.cli to
      info.picocli;

  provides io.gatun.pmd.cli.Command with
      io.gatun.nest.vf.cli.VfCommand;
}
