package io.gatun.mirror.session;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.gatun.pmd.run.Nearest;
import io.gatun.pmd.session.Durations;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Sessions as text: keys with values, from the command line, a file or the telemetry socket. Keys
 * are the options of {@code gatun mirror} without their hyphens before.
 */
public final class SessionText {
  public static final String NAME = "name";
  public static final String SOURCE = "source";
  public static final String TO = "to";
  private static final String FILTER = "filter";
  private static final String FILTER_INNER = "filter-inner";
  private static final String SAMPLE = "sample";
  private static final String SNAPLEN = "snaplen";
  private static final String RATE = "rate";
  private static final String POLICY = "policy";
  private static final String HOLD_MAX = "hold-max";
  private static final String DEADLINE = "deadline";
  private static final String BACKLOG = "backlog";
  private static final String COPY = "copy";

  /** All keys, in the order in which they are explained. */
  public static final List<String> KEYS =
      List.of(
          NAME,
          SOURCE,
          TO,
          FILTER,
          FILTER_INNER,
          SAMPLE,
          SNAPLEN,
          RATE,
          POLICY,
          HOLD_MAX,
          DEADLINE,
          BACKLOG,
          COPY);

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Pattern SETTING =
      Pattern.compile("\\s*([a-z-]+)=(?:\"([^\"]*)\"|'([^']*)'|(\\S+))(?=\\s|$)");
  private static final Pattern NUMBER = Pattern.compile("\\d{1,9}");

  private SessionText() {}

  /**
   * Reads a session of keys and values.
   *
   * @param values by key; lists of one but for sources and destinations
   * @param otherwise the name where none is given
   * @throws IllegalArgumentException naming key, value, what is allowed
   */
  public static SessionConfig read(Map<String, List<String>> values, String otherwise) {
    for (Map.Entry<String, List<String>> entry : values.entrySet()) {
      String key = entry.getKey();
      if (!KEYS.contains(key)) {
        throw new IllegalArgumentException(
            "\"%s\" is not known%s; allowed are %s"
                .formatted(key, Nearest.hint(key, KEYS), String.join(", ", KEYS)));
      }
      if (entry.getValue().size() > 1 && !key.equals(SOURCE) && !key.equals(TO)) {
        throw new IllegalArgumentException("%s stands there twice: remove one".formatted(key));
      }
    }
    return new SessionConfig(
        one(values, NAME, Function.identity(), otherwise),
        values.getOrDefault(SOURCE, List.of()).stream().map(Source::parse).toList(),
        values.getOrDefault(TO, List.of()).stream().map(Destination::parse).toList(),
        one(values, FILTER, Function.identity(), ""),
        one(values, FILTER_INNER, Function.identity(), ""),
        one(values, SAMPLE, Sample::parse, Sample.ALL),
        one(values, SNAPLEN, SessionText::snaplen, 0),
        rate(values),
        one(values, POLICY, SessionText::policy, Policy.BEST_EFFORT),
        one(values, HOLD_MAX, text -> duration(HOLD_MAX, text), SessionConfig.DEFAULT_HOLD_MAX),
        one(values, DEADLINE, text -> duration(DEADLINE, text), SessionConfig.DEFAULT_DEADLINE),
        one(values, BACKLOG, text -> number(BACKLOG, text), SessionConfig.DEFAULT_BACKLOG),
        one(values, COPY, SessionText::flag, false));
  }

  /** The keys and values that {@link #read} makes a session of. */
  public static Map<String, List<String>> write(SessionConfig config) {
    Map<String, List<String>> values = new LinkedHashMap<>();
    values.put(NAME, List.of(config.name()));
    values.put(SOURCE, config.sources().stream().map(Source::toString).toList());
    values.put(TO, config.destinations().stream().map(Destination::toString).toList());
    if (!config.filter().isEmpty()) {
      values.put(FILTER, List.of(config.filter()));
    }
    if (!config.innerFilter().isEmpty()) {
      values.put(FILTER_INNER, List.of(config.innerFilter()));
    }
    values.put(SAMPLE, List.of(config.sample().toString()));
    if (config.snaplen() != 0) {
      values.put(SNAPLEN, List.of(Integer.toString(config.snaplen())));
    }
    Rate rate = config.rate();
    if (rate != null) {
      values.put(RATE, List.of(rate.toString()));
    }
    values.put(POLICY, List.of(config.policy().label()));
    values.put(HOLD_MAX, List.of(micros(config.holdMax())));
    values.put(DEADLINE, List.of(micros(config.deadline())));
    values.put(BACKLOG, List.of(Integer.toString(config.backlog())));
    values.put(COPY, List.of(Boolean.toString(config.copy())));
    return values;
  }

  /**
   * Reads {@code key=value key="value with blanks" ...}; {@code source} and {@code to} may come
   * several times.
   */
  public static Map<String, List<String>> ofLine(String text) {
    Map<String, List<String>> values = new LinkedHashMap<>();
    Matcher matcher = SETTING.matcher(text);
    int end = 0;
    while (matcher.lookingAt()) {
      String value = matcher.group(2);
      value = value != null ? value : matcher.group(3);
      value = value != null ? value : matcher.group(4);
      values.computeIfAbsent(matcher.group(1), key -> new ArrayList<>()).add(value);
      end = matcher.end();
      matcher.region(end, text.length());
    }
    if (!text.substring(end).isBlank() || values.isEmpty()) {
      throw new IllegalArgumentException(
          "session \"%s\": \"%s\" is no setting: write key=value key=\"value with blanks\""
              .formatted(text, text.substring(end).strip()));
    }
    return values;
  }

  /**
   * Reads a JSON object whose values are texts, numbers, booleans, or lists of texts. A key with
   * {@code null} is as one that is not there.
   */
  public static Map<String, List<String>> ofJson(String text) {
    JsonNode object;
    try {
      object = JSON.readTree(text);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(
          "\"%s\" is no JSON: %s".formatted(text, e.getOriginalMessage()), e);
    }
    if (object == null || !object.isObject()) {
      throw new IllegalArgumentException(
          "\"%s\" is no JSON object: write {\"name\": \"web\", \"source\": \"0:rx\", ...}"
              .formatted(text));
    }
    Map<String, List<String>> values = new LinkedHashMap<>();
    object.properties().forEach(entry -> values.put(entry.getKey(), texts(entry)));
    return values;
  }

  private static List<String> texts(Map.Entry<String, JsonNode> entry) {
    JsonNode value = entry.getValue();
    List<String> texts = new ArrayList<>();
    for (JsonNode item : value.isArray() ? value : List.of(value)) {
      if (item.isContainerNode()) {
        throw new IllegalArgumentException(
            "%s: %s is neither a text, a number, true, false nor a list of texts"
                .formatted(entry.getKey(), value));
      }
      if (!item.isNull()) {
        texts.add(item.asText());
      }
    }
    return texts;
  }

  private static <T> T one(
      Map<String, List<String>> values, String key, Function<String, T> parser, T otherwise) {
    List<String> texts = values.getOrDefault(key, List.of());
    return texts.isEmpty() ? otherwise : parser.apply(texts.getFirst());
  }

  private static @Nullable Rate rate(Map<String, List<String>> values) {
    List<String> texts = values.getOrDefault(RATE, List.of());
    return texts.isEmpty() ? null : Rate.parse(texts.getFirst());
  }

  private static Policy policy(String text) {
    List<String> names = new ArrayList<>();
    for (Policy policy : Policy.values()) {
      if (policy.label().equals(text)) {
        return policy;
      }
      names.add(policy.label());
    }
    throw new IllegalArgumentException(
        "policy: \"%s\" is none of %s%s"
            .formatted(text, String.join(", ", names), Nearest.hint(text, names)));
  }

  private static Duration duration(String key, String text) {
    try {
      return Durations.parse(text);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(key + ": " + e.getMessage(), e);
    }
  }

  /** Zero is a number of bytes that a user cannot mean: all is said by leaving the key out. */
  private static int snaplen(String text) {
    int bytes = number(SNAPLEN, text);
    if (bytes == 0) {
      throw new IllegalArgumentException(
          "snaplen: 0 is not in [%d, %d] bytes; leave it out for whole frames"
              .formatted(SessionConfig.MIN_SNAPLEN, SessionConfig.MAX_SNAPLEN));
    }
    return bytes;
  }

  private static int number(String key, String text) {
    if (!NUMBER.matcher(text).matches()) {
      throw new IllegalArgumentException("%s: \"%s\" is no whole number".formatted(key, text));
    }
    return Integer.parseInt(text);
  }

  private static boolean flag(String text) {
    return switch (text) {
      case "true", "on" -> true;
      case "false", "off" -> false;
      default ->
          throw new IllegalArgumentException(
              "copy: \"%s\" is neither true nor false".formatted(text));
    };
  }

  /** As {@link Durations#parse} reads it. */
  static String micros(Duration duration) {
    return BigDecimal.valueOf(duration.toNanos(), 3).stripTrailingZeros().toPlainString() + "us";
  }
}
