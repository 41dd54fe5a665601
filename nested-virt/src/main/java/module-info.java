/** SR-IOV through nested virtual machines: cascaded extenders hand a virtual function down. */
module io.gatun.nest {
  requires static transitive org.jspecify;
  requires com.fasterxml.jackson.databind;
  requires info.picocli;
  requires io.gatun.pmd;
  requires java.xml;

  // Jackson reads the components of the messages' and the journal's records.
  opens io.gatun.nest.extender to
      com.fasterxml.jackson.databind;
  opens io.gatun.nest.rpc to
      com.fasterxml.jackson.databind;
  // picocli fills the annotated options by reflection.
  opens io.gatun.nest.cli to
      info.picocli;
  opens io.gatun.nest.vf.cli to
      info.picocli;

  provides io.gatun.pmd.cli.Command with
      io.gatun.nest.cli.NestCommand,
      io.gatun.nest.vf.cli.VfCommand;
}
