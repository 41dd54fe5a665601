/** Port mirroring by completion: one buffer, sent again when its first transmission completes. */
module io.gatun.mirror {
  requires static transitive org.jspecify;
  requires io.gatun.bindings;
  requires transitive io.gatun.pmd;
  requires com.fasterxml.jackson.databind;
  requires info.picocli;

  // picocli fills the annotated options by reflection.
  opens io.gatun.mirror.cli to
      info.picocli;

  provides io.gatun.pmd.cli.Command with
      io.gatun.mirror.cli.MirrorCommand;
  provides io.gatun.pmd.run.RunSection with
      io.gatun.mirror.cli.MirrorSection;
}
