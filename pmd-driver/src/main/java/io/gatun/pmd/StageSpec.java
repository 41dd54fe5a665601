package io.gatun.pmd;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.TreeMap;

/**
 * A stage as a user asks for it: {@code NAME} or {@code NAME:key=value,key=value}. Control thread.
 *
 * @param name of a {@link StageProvider}
 * @param options by key
 */
public record StageSpec(String name, Map<String, String> options) {
  public StageSpec {
    options = Map.copyOf(options);
  }

  /**
   * Reads what a user wrote and sees that there is such a stage.
   *
   * @throws IllegalArgumentException when not; the message says how it is written, or lists the
   *     stages
   */
  public static StageSpec parse(String text) {
    int colon = text.indexOf(':');
    String name = colon < 0 ? text : text.substring(0, colon);
    Map<String, String> options = new LinkedHashMap<>();
    if (colon >= 0) {
      for (String part : text.substring(colon + 1).split(",", -1)) {
        int equals = part.indexOf('=');
        if (equals <= 0) {
          throw new IllegalArgumentException(
              "stage \"%s\": \"%s\" is no option: write NAME:key=value,key=value"
                  .formatted(text, part));
        }
        if (options.put(part.substring(0, equals), part.substring(equals + 1)) != null) {
          throw new IllegalArgumentException(
              "stage \"%s\": option \"%s\" stands there twice"
                  .formatted(text, part.substring(0, equals)));
        }
      }
    }
    provider(name);
    return new StageSpec(name, options);
  }

  /** The names that {@link #parse} knows. */
  public static List<String> names() {
    return List.copyOf(providers().keySet());
  }

  /**
   * Makes the stage for one lcore.
   *
   * @param context without the options, which are added here
   * @throws IllegalArgumentException when an option is wrong
   */
  public PacketStage create(StageContext context) {
    return provider(name).create(context.withOptions(options));
  }

  private static StageProvider provider(String name) {
    Map<String, StageProvider> all = providers();
    StageProvider provider = all.get(name);
    if (provider == null) {
      throw new IllegalArgumentException(
          "stage \"%s\" does not exist; there are %s"
              .formatted(name, String.join(", ", all.keySet())));
    }
    return provider;
  }

  private static Map<String, StageProvider> providers() {
    Map<String, StageProvider> all = new TreeMap<>();
    for (StageProvider provider : ServiceLoader.load(StageProvider.class)) {
      all.put(provider.name(), provider);
    }
    return all;
  }
}
