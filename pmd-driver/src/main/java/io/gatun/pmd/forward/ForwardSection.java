package io.gatun.pmd.forward;

import io.gatun.pmd.Lcore;
import io.gatun.pmd.PacketStage;
import io.gatun.pmd.Port;
import io.gatun.pmd.StageContext;
import io.gatun.pmd.StageSpec;
import io.gatun.pmd.run.ConfigNode;
import io.gatun.pmd.run.RunContext;
import io.gatun.pmd.run.RunSection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Section {@code forward} of {@code gatun run}'s file: ways from port to port. */
public final class ForwardSection implements RunSection {
  private static final List<ForwardMode> MODES =
      List.of(ForwardMode.IO, ForwardMode.MAC, ForwardMode.MACSWAP);

  /**
   * One element of the section.
   *
   * @param node where it stands
   * @param txQueue transmit queue of {@code to} that it has for itself
   */
  private record Way(
      ConfigNode node,
      Port from,
      Port to,
      int txQueue,
      ForwardMode mode,
      List<StageSpec> stages,
      Lcore lcore) {}

  private final Map<Port, ConfigNode> receivers = new HashMap<>();
  private final Map<Port, Integer> senders = new HashMap<>();

  /** For ServiceLoader. */
  public ForwardSection() {}

  @Override
  public String key() {
    return "forward";
  }

  @Override
  public void configure(ConfigNode node, RunContext context) {
    for (ConfigNode item : node.list()) {
      Way way = way(item, context);
      context.whenReady(() -> context.run(way.lcore(), stream(way, context)));
    }
  }

  private Way way(ConfigNode item, RunContext context) {
    item.allow("from", "to", "mode", "stages", "lcore");
    ConfigNode fromNode = item.required("from");
    Port from = context.claim(fromNode, config -> config);
    ConfigNode other = receivers.putIfAbsent(from, fromNode);
    if (other != null) {
      throw fromNode.error(
          "%s receives in line %d already: a port's packets go one way"
              .formatted(fromNode.string(), other.line()));
    }
    ConfigNode toNode = item.required("to");
    int queue = senders.merge(context.port(toNode), 1, Integer::sum) - 1;
    Port to = context.claim(toNode, config -> config.withQueues(config.rxQueues(), queue + 1));
    return new Way(
        item,
        from,
        to,
        queue,
        item.find("mode").map(mode -> mode.oneOf(MODES)).orElse(ForwardMode.IO),
        item.find("stages").map(ForwardSection::stages).orElse(List.of()),
        item.find("lcore").map(context::lcore).orElseGet(context::nextLcore));
  }

  private static List<StageSpec> stages(ConfigNode node) {
    return node.list().stream().map(ForwardSection::stage).toList();
  }

  /** {@code NAME:key=value,key=value}, or the same as a map: {@code NAME: {key: value}}. */
  private static StageSpec stage(ConfigNode node) {
    if (!node.isMap()) {
      return node.as(StageSpec::parse);
    }
    Map<String, ConfigNode> entries = node.map();
    if (entries.size() != 1) {
      throw node.error("one stage a list element is needed, as in - NAME: {key: value}");
    }
    String name = entries.keySet().iterator().next();
    Map<String, String> options = new LinkedHashMap<>();
    node.required(name).map().forEach((key, value) -> options.put(key, value.string()));
    try {
      StageSpec.parse(name);
    } catch (IllegalArgumentException e) {
      throw node.error(String.valueOf(e.getMessage()));
    }
    return new StageSpec(name, options);
  }

  private static Stream stream(Way way, RunContext context) {
    Lcore lcore = way.lcore();
    StageContext place =
        StageContext.between(way.from(), way.to(), lcore, context.pool(way.from()).cache(lcore));
    List<PacketStage> stages;
    try {
      stages = ForwardStages.make(way.stages(), way.mode(), place);
    } catch (IllegalArgumentException e) { // a stage's option
      throw way.node().error(String.valueOf(e.getMessage()));
    }
    return new ForwardStream(
        context.hooks().onReceive(way.from().rxQueues().getFirst(), lcore),
        context.hooks().onTransmit(way.to().txQueues().get(way.txQueue()), lcore),
        stages,
        context.options().burst,
        null,
        context.hooks().onDrop(lcore, ForwardStream.DROP_REASONS));
  }
}
