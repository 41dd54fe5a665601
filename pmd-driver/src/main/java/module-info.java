/**
 * What a DPDK application is made of, and the launcher {@code gatun}. Other modules contribute
 * subcommands through {@link io.gatun.pmd.cli.Command}.
 */
@SuppressWarnings({
  "requires-automatic", // the Prometheus client names its modules in manifests
  "module" // the mirror forwards as forward does; it is not there when this module is compiled
})
module io.gatun.pmd {
  requires static transitive org.jspecify;
  requires io.gatun.bindings;
  requires java.logging;
  requires java.management;
  requires jdk.management;
  requires jdk.jfr;
  requires transitive com.fasterxml.jackson.databind;
  requires info.picocli;
  requires jdk.httpserver; // the Prometheus exporter uses it and, an automatic module, cannot say
  // so
  requires io.prometheus.metrics.core;
  requires io.prometheus.metrics.exporter.httpserver;
  requires io.prometheus.metrics.model;
  requires org.snakeyaml.engine;

  uses io.gatun.pmd.StageProvider;
  uses io.gatun.pmd.TransmitCompleterProvider;
  uses io.gatun.pmd.cli.Command;
  uses io.gatun.pmd.cli.PortSection;
  uses io.gatun.pmd.run.RunSection;

  exports io.gatun.pmd;
  exports io.gatun.pmd.cli;
  exports io.gatun.pmd.forward to
      io.gatun.mirror;
  exports io.gatun.pmd.observe;
  exports io.gatun.pmd.run;
  exports io.gatun.pmd.session;
  exports io.gatun.pmd.wire;

  // picocli fills the annotated options by reflection.
  opens io.gatun.pmd.cli to
      info.picocli;
  opens io.gatun.pmd.cli.doctor to
      info.picocli;
  opens io.gatun.pmd.forward to
      info.picocli;
  opens io.gatun.pmd.run to
      info.picocli;
  opens io.gatun.pmd.session to
      info.picocli;

  provides io.gatun.pmd.StageProvider with
      io.gatun.pmd.forward.MacStageProvider,
      io.gatun.pmd.forward.MacSwapStageProvider;
  provides io.gatun.pmd.cli.Command with
      io.gatun.pmd.cli.CompletionCommand,
      io.gatun.pmd.cli.PortsCommand,
      io.gatun.pmd.cli.TopCommand,
      io.gatun.pmd.cli.doctor.DoctorCommand,
      io.gatun.pmd.forward.ForwardCommand,
      io.gatun.pmd.run.RunCommand;
  provides io.gatun.pmd.run.RunSection with
      io.gatun.pmd.forward.ForwardSection;
}
