package io.gatun.pmd.run;

import io.gatun.pmd.Eal;
import io.gatun.pmd.session.PortSession;
import io.gatun.pmd.session.SessionControl;
import io.gatun.pmd.session.SessionOptions;
import io.gatun.pmd.session.SessionSummary;
import java.util.LinkedHashMap;
import java.util.Map;

/** What {@code gatun run} does between its file and its summary, for device tests elsewhere. */
public final class TestRun {
  private final SessionControl control;
  private final RunContext context;

  /**
   * @param yaml value of the file's {@code ports}
   */
  public TestRun(Eal eal, SessionOptions options, String yaml) {
    PortSession session = new PortSession(eal, options);
    control = new SessionControl("run", eal, session, options);
    context =
        new RunContext(
            eal, options, session, control, new PortsReader(eal, options).read(parse(yaml)));
  }

  /** A value of a file named {@code test.yaml}. */
  public static ConfigNode parse(String yaml) {
    return YamlReader.parse("test.yaml", yaml);
  }

  /** Lets a section read {@code yaml}. */
  public TestRun configure(RunSection section, String yaml) {
    context.configure(section, parse(yaml));
    return this;
  }

  /** Sets up what the sections asked for. */
  public void makeReady() {
    context.makeReady();
  }

  /** Runs it to its end; returns the summary. */
  public Map<String, Object> run() throws Exception {
    SessionSummary summary = control.run(() -> false);
    Map<String, Object> values = new LinkedHashMap<>(summary.values());
    values.putAll(context.summary());
    return values;
  }

  public RunContext context() {
    return context;
  }
}
