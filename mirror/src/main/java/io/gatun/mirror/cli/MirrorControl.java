package io.gatun.mirror.cli;

import io.gatun.mirror.session.Mirror;
import io.gatun.mirror.session.MirrorReport;
import io.gatun.mirror.session.SessionText;
import io.gatun.pmd.observe.Telemetry;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What the telemetry socket says and does, and what the end of a run says. Any thread. */
final class MirrorControl {
  static final String LIST = "/gatun/mirror";
  static final String LIST_HELP = "Sessions, taps and files with their counters. No parameters";
  static final String ADD = "/gatun/mirror/add";
  static final String ADD_HELP =
      "Add a session. Parameter: JSON, as {\"name\": \"web\", \"source\": \"0:rx\", \"to\": \"port:2\"}";
  static final String CHANGE = "/gatun/mirror/change";
  static final String CHANGE_HELP =
      "Change a session while packets flow. Parameter: JSON with the name and what is to be other";
  static final String REMOVE = "/gatun/mirror/remove";
  static final String REMOVE_HELP = "Remove a session. Parameter: its name";
  private static final int MAX_TELEMETRY_ERROR = 120;

  /** Takes a telemetry command of the mirror. */
  @FunctionalInterface
  interface Registry {
    void answer(String command, String help, Telemetry.Handler handler);
  }

  /** Something that a session may be refused at. */
  @FunctionalInterface
  private interface Action {
    void run() throws IOException;
  }

  private final Mirror mirror;

  MirrorControl(Mirror mirror) {
    this.mirror = mirror;
  }

  void register(Registry registry) {
    registry.answer(LIST, LIST_HELP, parameters -> mirror.report().telemetry());
    registry.answer(ADD, ADD_HELP, text -> attempt("added", () -> add(text)));
    registry.answer(
        CHANGE,
        CHANGE_HELP,
        text -> attempt("changed", () -> mirror.change(SessionText.ofJson(text))));
    registry.answer(
        REMOVE, REMOVE_HELP, text -> attempt("removed", () -> mirror.remove(text.strip())));
  }

  private void add(String text) throws IOException {
    mirror.add(SessionText.read(SessionText.ofJson(text), ""));
  }

  /** Says whether it was done; a text of telemetry is short, so a long reason comes in pieces. */
  private Map<String, ?> attempt(String done, Action action) {
    try {
      action.run();
      return Map.of("done", done);
    } catch (IllegalArgumentException | IllegalStateException | IOException e) {
      String reason = String.valueOf(e.getMessage());
      Map<String, Object> answer = new LinkedHashMap<>();
      for (int from = 0; from == 0 || from < reason.length(); from += MAX_TELEMETRY_ERROR) {
        int to = Math.min(reason.length(), from + MAX_TELEMETRY_ERROR);
        answer.put(
            from == 0 ? "error" : "error" + from / MAX_TELEMETRY_ERROR, reason.substring(from, to));
      }
      return answer;
    }
  }

  /** What a run with a mirror adds to its summary. */
  Map<String, Object> summary() {
    MirrorReport report = mirror.report();
    Map<String, Object> values = new LinkedHashMap<>();
    values.put("mirrored", report.mirrored());
    values.put("mirror_dropped", report.dropped());
    values.put("mirror_bytes", report.bytes());
    List<String> files = report.files();
    if (!files.isEmpty()) {
      values.put("mirror_file", files.getFirst());
      values.put("mirror_files", files);
    }
    values.put("mirror", report.values());
    return values;
  }

  /** The same in lines for people. */
  static String text(Map<String, Object> values, MirrorReport report) {
    StringBuilder text = new StringBuilder();
    text.append(
        "mirror: %s mirrored, %s bytes, %s not mirrored"
            .formatted(
                values.get("mirrored"), values.get("mirror_bytes"), values.get("mirror_dropped")));
    report.table().lines().forEach(line -> text.append(System.lineSeparator()).append(line));
    if (values.get("mirror_files") instanceof List<?> files) {
      files.forEach(
          file -> text.append(System.lineSeparator()).append("mirror file: ").append(file));
    }
    return text.toString();
  }

  /** Does what is to be done every turn of the control loop, and tells what happened. */
  void turn() {
    mirror.turn().forEach(line -> System.err.println("mirror: " + line));
  }
}
