package io.gatun.nest.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gatun.nest.extender.AdminSocket;
import io.gatun.nest.rpc.Messages;
import io.gatun.nest.rpc.Topology;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;

/** What the outermost extender answers, for people. */
final class NestText {
  private NestText() {}

  /**
   * Asks the outermost extender.
   *
   * @throws IOException when it does not answer, or refuses, in words
   */
  static JsonNode ask(Path control, ObjectNode question) throws IOException {
    JsonNode answer = AdminSocket.ask(control, question);
    if (answer.hasNonNull("error")) {
      throw new IOException(answer.path("error").asText());
    }
    return answer;
  }

  static ObjectNode question(String command) {
    return JsonNodeFactory.instance.objectNode().put("command", command);
  }

  static ObjectNode question(String command, Topology topology) {
    ObjectNode question = question(command);
    question.set("topology", Messages.tree(topology));
    return question;
  }

  /** An interface a paragraph: what is to be done, and each level's steps in their order. */
  static String plan(JsonNode plan) {
    StringBuilder text = new StringBuilder();
    boolean any = levels(text, plan);
    for (JsonNode one : plan.path("interfaces")) {
      String action = small(one.path("action"));
      any |= !action.equals("keep");
      text.append(one.path("name").asText()).append(": ").append(action);
      if (small(one.path("kind")).equals("emulated")) {
        text.append(" (emulated NIC)");
      }
      if (one.hasNonNull("reason")) {
        text.append(": ").append(one.path("reason").asText());
      }
      text.append('\n');
      steps(text, one.path("takeDown"));
      steps(text, one.path("bringUp"));
    }
    return text + (any ? "" : "nothing to do\n");
  }

  private static void steps(StringBuilder text, JsonNode steps) {
    for (JsonNode step : steps) {
      text.append("  %s: %s%n".formatted(step.path("level").asText(), step.path("words").asText()));
    }
  }

  private static boolean levels(StringBuilder text, JsonNode answer) {
    boolean any = false;
    for (JsonNode one : answer.path("levels")) {
      if (one.hasNonNull("problem")) {
        text.append("%s: %s%n".formatted(one.path("name").asText(), one.path("problem").asText()));
        any = true;
      }
    }
    return any;
  }

  /** A line for each interface: where it is at each level, from the physical function on. */
  static String chain(JsonNode status) {
    StringBuilder text = new StringBuilder();
    var _ = levels(text, status);
    for (JsonNode one : status.path("interfaces")) {
      interfaceLine(text, one);
    }
    if (status.path("interfaces").isEmpty()) {
      text.append("no guest wants anything\n");
    }
    return text.toString();
  }

  private static void interfaceLine(StringBuilder text, JsonNode one) {
    JsonNode assignment = one.path("assignment");
    JsonNode function = one.path("function");
    if (!function.isMissingNode()) {
      text.append(function.path("parent").asText());
      text.append(" VF ").append(function.path("index").asInt()).append(" -> ");
    }
    for (JsonNode hop : assignment.path("chain")) {
      text.append(hop.path("level").asText()).append(' ');
      text.append(hop.path("address").asText()).append(" -> ");
    }
    text.append(one.path("name").asText()).append(": ").append(small(one.path("state")));
    if (!assignment.isMissingNode()) {
      text.append(small(assignment.path("kind")).equals("emulated") ? ", emulated NIC" : "");
      assignment
          .path("settings")
          .properties()
          .forEach(set -> text.append(", %s %s".formatted(set.getKey(), set.getValue().asText())));
      if (!assignment.path("unenforced").isEmpty()) {
        text.append(", unenforced ").append(assignment.path("unenforced"));
      }
    }
    text.append('\n');
    if (one.hasNonNull("problem")) {
      text.append("  ").append(one.path("problem").asText()).append('\n');
    }
    JsonNode counters = one.path("counters");
    if (counters.isObject()) {
      text.append(
          "  received %d packets (%d bytes), sent %d packets (%d bytes)%n"
              .formatted(
                  counters.path("receivedPackets").asLong(),
                  counters.path("receivedBytes").asLong(),
                  counters.path("sentPackets").asLong(),
                  counters.path("sentBytes").asLong()));
    } else if (one.hasNonNull("counters_missing")) {
      text.append("  not counted: ").append(one.path("counters_missing").asText()).append('\n');
    }
  }

  static String small(JsonNode constant) {
    return constant.asText().toLowerCase(Locale.ROOT);
  }
}
