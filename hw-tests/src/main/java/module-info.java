/** Benchmarks against DPDK's own programs, and what device tests need. Nothing depends on it. */
@SuppressWarnings("requires-automatic") // JMH is no module; benchmarks run on the class path
module io.gatun.hw {
  requires static transitive org.jspecify;
  requires io.gatun.offload;
  requires io.gatun.pmd;
  requires java.management;
  requires static jmh.core;
  requires info.picocli;
  requires com.fasterxml.jackson.databind;

  opens io.gatun.hw.nest to
      info.picocli,
      com.fasterxml.jackson.databind;
  opens io.gatun.hw.bench to
      info.picocli,
      com.fasterxml.jackson.databind;

  provides io.gatun.pmd.cli.Command with
      io.gatun.hw.bench.BenchCommand,
      io.gatun.hw.nest.NestDemoCommand;
  provides io.gatun.pmd.StageProvider with
      io.gatun.hw.bench.ChainStageProvider;
}
