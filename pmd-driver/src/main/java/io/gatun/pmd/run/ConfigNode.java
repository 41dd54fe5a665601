package io.gatun.pmd.run;

import io.gatun.pmd.session.Durations;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/**
 * A value of a configuration file that knows where it stands. Control thread.
 *
 * <p>A reader of a map first says with {@link #allow} which keys there are, then gets them. Every
 * error is a {@link ConfigException} that names file, line, key, value and what is allowed.
 */
public final class ConfigNode {
  private static final Pattern INTEGER = Pattern.compile("-?\\d{1,18}");
  private static final Pattern DECIMAL = Pattern.compile("-?\\d{1,15}(?:\\.\\d{1,15})?");

  private final String file;
  private final String path;
  private final Node node;
  private final int line;

  /** The whole file. */
  ConfigNode(String file, Node node) {
    this(file, "", node, line(node));
  }

  /**
   * Reads a file of YAML.
   *
   * @throws ConfigException when it cannot be read or is not YAML
   */
  public static ConfigNode read(Path file) {
    return YamlReader.read(file);
  }

  private ConfigNode(String file, String path, Node node, int line) {
    this.file = file;
    this.path = path;
    this.node = node;
    this.line = line;
  }

  /** The keys that lead here, as in {@code forward[0].from}; empty for the whole file. */
  public String path() {
    return path;
  }

  /** Line in the file, from 1: of the key where there is one. */
  public int line() {
    return line;
  }

  private static int line(Node node) {
    return node.getStartMark().map(mark -> mark.getLine() + 1).orElse(1);
  }

  /**
   * An error at this place.
   *
   * @param problem names the value and what is allowed
   */
  public ConfigException error(String problem) {
    return error(file, line, path, problem);
  }

  private static ConfigException error(String file, int line, String path, String problem) {
    String key = path.isEmpty() ? "" : "key \"" + path + "\": ";
    return new ConfigException("%s:%d: %s%s".formatted(file, line, key, problem));
  }

  // ---- maps and lists ---------------------------------------------------------------------------

  /**
   * Sees that this is a map with no other keys than these.
   *
   * @return this
   */
  public ConfigNode allow(String... keys) {
    return allow(Arrays.asList(keys));
  }

  /** See {@link #allow(String...)}. */
  public ConfigNode allow(List<String> keys) {
    map()
        .forEach(
            (key, value) -> {
              if (!keys.contains(key)) {
                throw value.error(
                    "is not known%s; allowed are %s"
                        .formatted(Nearest.hint(key, keys), String.join(", ", keys)));
              }
            });
    return this;
  }

  /** The entries of a map in the file's order. */
  public Map<String, ConfigNode> map() {
    if (!(node instanceof MappingNode mapping)) {
      throw error(found() + " was found, a map is needed: one KEY: VALUE a line, indented");
    }
    Map<String, ConfigNode> entries = new LinkedHashMap<>();
    for (NodeTuple tuple : mapping.getValue()) {
      if (!(tuple.getKeyNode() instanceof ScalarNode name)) {
        throw error(file, line(tuple.getKeyNode()), path, "a key must be a plain word");
      }
      String key = name.getValue();
      String keyPath = path.isEmpty() ? key : path + "." + key;
      ConfigNode value = new ConfigNode(file, keyPath, tuple.getValueNode(), line(name));
      ConfigNode before = entries.putIfAbsent(key, value);
      if (before != null) {
        throw error(
            file,
            line(name),
            keyPath,
            "stands there twice, first in line %d: remove one".formatted(before.line()));
      }
    }
    return entries;
  }

  /** The elements of a list. */
  public List<ConfigNode> list() {
    if (!(node instanceof SequenceNode sequence)) {
      throw error(found() + " was found, a list is needed: one \"- VALUE\" a line, or [A, B]");
    }
    List<ConfigNode> items = new ArrayList<>();
    for (Node item : sequence.getValue()) {
      items.add(new ConfigNode(file, "%s[%d]".formatted(path, items.size()), item, line(item)));
    }
    return items;
  }

  /** Whether this is a map. */
  public boolean isMap() {
    return node instanceof MappingNode;
  }

  /** Whether this is a list. */
  public boolean isList() {
    return node instanceof SequenceNode;
  }

  /** The value of a key of this map, if it is there. */
  public Optional<ConfigNode> find(String key) {
    return Optional.ofNullable(map().get(key));
  }

  /** The value of a key of this map that must be there. */
  public ConfigNode required(String key) {
    return find(key)
        .orElseThrow(
            () ->
                error(
                    file, line, path.isEmpty() ? key : path + "." + key, "is missing, but needed"));
  }

  // ---- scalars ----------------------------------------------------------------------------------

  /** The text as it stands there; not empty. */
  public String string() {
    if (!(node instanceof ScalarNode scalar)) {
      throw error(found() + " was found, a single value is needed");
    }
    if (scalar.getValue().isEmpty() || scalar.isPlain() && scalar.getTag().equals(Tag.NULL)) {
      throw error("has no value: give it one, or remove the key");
    }
    return scalar.getValue();
  }

  /** An integer in [{@code least}, {@code most}], in decimal. */
  public int integer(int least, int most) {
    String text = string();
    long value = INTEGER.matcher(text).matches() ? Long.parseLong(text) : Long.MIN_VALUE;
    if (value < least || value > most) {
      throw error("%s is not an integer in [%d, %d]".formatted(text, least, most));
    }
    return (int) value;
  }

  /** A number of at least {@code least}, fractions allowed. */
  public double decimal(double least) {
    String text = string();
    if (!DECIMAL.matcher(text).matches() || Double.parseDouble(text) < least) {
      throw error("%s is not a number of at least %s, as in 2.5".formatted(text, least));
    }
    return Double.parseDouble(text);
  }

  /** {@code true} or {@code false}. */
  public boolean flag() {
    return switch (string()) {
      case "true" -> true;
      case "false" -> false;
      default -> throw error(string() + " is neither true nor false");
    };
  }

  /** One of these constants by its name, in small letters and with hyphens. */
  public <E extends Enum<E>> E oneOf(List<E> allowed) {
    String text = string();
    List<String> names = allowed.stream().map(ConfigNode::spelled).toList();
    int index = names.indexOf(text);
    if (index < 0) {
      throw error(
          "%s is not allowed%s; allowed are %s"
              .formatted(text, Nearest.hint(text, names), String.join(", ", names)));
    }
    return allowed.get(index);
  }

  private static String spelled(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** A duration such as {@code 500ms}. */
  public Duration duration() {
    return as(Durations::parse);
  }

  /**
   * A value of any other kind.
   *
   * @param parser throws IllegalArgumentException with a message that names value and remedy
   */
  public <T> T as(Function<String, T> parser) {
    try {
      return parser.apply(string());
    } catch (ConfigException e) {
      throw e;
    } catch (IllegalArgumentException e) {
      throw error(String.valueOf(e.getMessage()));
    }
  }

  private String found() {
    return switch (node) {
      case MappingNode map -> "a map";
      case SequenceNode list -> "a list";
      case ScalarNode scalar when scalar.getValue().isEmpty() -> "nothing";
      case ScalarNode scalar -> "\"" + scalar.getValue() + "\"";
      default -> "something else";
    };
  }

  @Override
  public String toString() {
    return "%s:%d: %s".formatted(file, line, path);
  }
}
