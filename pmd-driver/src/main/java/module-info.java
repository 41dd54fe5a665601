/**
 * What a DPDK application is made of, and the launcher {@code gatun}. Other modules contribute
 * subcommands through {@link io.gatun.pmd.cli.Command}.
 */
module io.gatun.pmd {
  requires static transitive org.jspecify;
  requires io.gatun.bindings;
  requires java.logging;
  requires java.management;
  requires jdk.management;
  requires jdk.jfr;
  requires com.fasterxml.jackson.databind;
  requires info.picocli;

  uses io.gatun.pmd.cli.Command;

  exports io.gatun.pmd;
  exports io.gatun.pmd.cli;
  exports io.gatun.pmd.observe;

  // picocli fills the annotated options by reflection.
  opens io.gatun.pmd.cli to
      info.picocli;
  opens io.gatun.pmd.forward to
      info.picocli;

  provides io.gatun.pmd.cli.Command with
      io.gatun.pmd.forward.ForwardCommand;
}
