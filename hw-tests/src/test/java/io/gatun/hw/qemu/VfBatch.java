package io.gatun.hw.qemu;

import io.gatun.nest.vf.cli.VfCommand;
import io.gatun.pmd.cli.Json;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;

/**
 * Runs in a guest, where a JVM takes seconds to start: carries out several commands of {@code gatun
 * vf} and prints, as one JSON object a line, the exit status and the output of each.
 *
 * <p>Arguments: a command each, its words separated by blanks.
 */
public final class VfBatch {
  private VfBatch() {}

  /** Carries them out in order, whatever becomes of them. */
  public static void main(String[] commands) throws Exception {
    PrintStream standard = System.out;
    for (String command : commands) {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
      VfCommand vf = new VfCommand();
      new CommandLine(vf).setCaseInsensitiveEnumValuesAllowed(true).parseArgs(command.split(" "));
      int status = vf.run(List.of());
      String output = out.toString(StandardCharsets.UTF_8);
      standard.println(Json.text(Map.of("status", status, "output", output)));
    }
    // Each has installed a hook that waits for the end of the launcher.
    Runtime.getRuntime().halt(0);
  }
}
