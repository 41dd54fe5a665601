package io.gatun.pmd.forward;

import io.gatun.pmd.Eal;
import io.gatun.pmd.PortHooks;
import io.gatun.pmd.cli.Command;
import io.gatun.pmd.cli.Json;
import io.gatun.pmd.cli.Main;
import io.gatun.pmd.cli.Shutdown;
import io.gatun.pmd.session.PortSession;
import io.gatun.pmd.session.SessionControl;
import io.gatun.pmd.session.SessionOptions;
import io.gatun.pmd.session.SessionSummary;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine;

/** {@code gatun forward}. */
@CommandLine.Command(
    name = "forward",
    description = "Forward packets between ports in one of testpmd's modes.",
    sortOptions = false)
public final class ForwardCommand implements Command {
  @CommandLine.Mixin private final ForwardOptions options = new ForwardOptions();
  @CommandLine.Mixin private final SessionOptions common = new SessionOptions();

  /** For ServiceLoader. */
  public ForwardCommand() {}

  @Override
  public boolean usesEal() {
    return true;
  }

  @Override
  public int run(List<String> ealArguments) throws Exception {
    common.check();
    options.check();
    Shutdown.Request shutdown = Shutdown.install();
    try (Eal eal = Eal.start(ealArguments)) {
      PortSession session = new PortSession(eal, common);
      ForwardSetup setup = new ForwardSetup(options, common, eal, eal.ports());
      session.configure(setup.plans());
      setup.addTo(session, PortHooks.NONE);
      SessionControl control = new SessionControl("forward", eal, session, common);
      if (options.packets != 0) {
        control.endWhen(() -> session.packets() >= options.packets);
      }
      Map<String, Object> values = new LinkedHashMap<>();
      values.put("mode", options.mode.name().toLowerCase(Locale.ROOT));
      values.putAll(control.run(shutdown).values());
      System.out.println(common.json ? Json.text(values) : SessionSummary.text("mode", values));
    }
    return Main.DONE;
  }
}
