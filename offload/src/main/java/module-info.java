/** Overlay offload: the inner and the outer header of a packet completed independently. */
module io.gatun.offload {
  requires static transitive org.jspecify;
  requires io.gatun.bindings;
  requires transitive io.gatun.pmd;
  requires com.fasterxml.jackson.databind;
  requires info.picocli;

  uses io.gatun.offload.plan.RuleSource;

  exports io.gatun.offload;
  exports io.gatun.offload.flow;
  exports io.gatun.offload.plan;

  // picocli fills the annotated options by reflection.
  opens io.gatun.offload.gateway to
      info.picocli;
  opens io.gatun.offload.plan.cli to
      info.picocli;

  provides io.gatun.pmd.cli.Command with
      io.gatun.offload.gateway.GatewayCommand;
  provides io.gatun.pmd.cli.PortSection with
      io.gatun.offload.plan.cli.OffloadPortSection;
  provides io.gatun.pmd.StageProvider with
      io.gatun.offload.ChecksumStageProvider;
  provides io.gatun.pmd.TransmitCompleterProvider with
      io.gatun.offload.SoftwareCompleterProvider;
  provides io.gatun.pmd.run.RunSection with
      io.gatun.offload.gateway.GatewaySection;
  provides io.gatun.offload.plan.RuleSource with
      io.gatun.offload.flow.FlowRuleSource;
}
