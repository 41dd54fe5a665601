package io.gatun.offload.plan;

import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the user wants of each pass: {@code --offload inner=auto,outer=sw}.
 *
 * @param inner for the inner pass
 * @param outer for the outer pass
 */
public record OffloadPreference(Choice inner, Choice outer) {
  /** What is wanted of a pass. */
  public enum Choice {
    /** The NIC where it can and is not known to fail. */
    AUTO("auto"),
    /** The NIC, known quirks or not; an error where it lacks a capability. */
    HARDWARE("hw"),
    /** Software. */
    SOFTWARE("sw");

    private final String label;

    Choice(String label) {
      this.label = label;
    }

    /** What {@code --offload} calls it. */
    public String label() {
      return label;
    }
  }

  /** Automatic for both. */
  public static final OffloadPreference AUTO = new OffloadPreference(Choice.AUTO, Choice.AUTO);

  /** Software for both. */
  public static final OffloadPreference SOFTWARE =
      new OffloadPreference(Choice.SOFTWARE, Choice.SOFTWARE);

  /**
   * Reads {@code inner=CHOICE,outer=CHOICE} in any order; what is left out is {@code auto}.
   *
   * @throws IllegalArgumentException naming what is wrong
   */
  public static OffloadPreference parse(String text) {
    Map<Pass, Choice> choices = new EnumMap<>(Pass.class);
    for (String part : text.split(",", -1)) {
      int equals = part.indexOf('=');
      Pass pass = equals < 0 ? null : pass(part.substring(0, equals).strip());
      if (pass == null) {
        throw new IllegalArgumentException(
            "--offload: \"%s\" is not inner=CHOICE or outer=CHOICE, as in inner=auto,outer=sw"
                .formatted(part));
      }
      if (choices.put(pass, choice(part.substring(equals + 1).strip())) != null) {
        throw new IllegalArgumentException(
            "--offload: %s is given twice in \"%s\""
                .formatted(pass.name().toLowerCase(Locale.ROOT), text));
      }
    }
    return new OffloadPreference(
        choices.getOrDefault(Pass.INNER, Choice.AUTO),
        choices.getOrDefault(Pass.OUTER, Choice.AUTO));
  }

  /** What is wanted of {@code pass}. */
  public Choice of(Pass pass) {
    return pass == Pass.INNER ? inner : outer;
  }

  private static @Nullable Pass pass(String name) {
    for (Pass pass : Pass.values()) {
      if (pass.name().equalsIgnoreCase(name)) {
        return pass;
      }
    }
    return null;
  }

  private static Choice choice(String label) {
    for (Choice choice : Choice.values()) {
      if (choice.label.equals(label)) {
        return choice;
      }
    }
    throw new IllegalArgumentException("--offload: \"%s\" is not hw, sw or auto".formatted(label));
  }

  /** As {@link #parse} reads it. */
  @Override
  public String toString() {
    return "inner=" + inner.label + ",outer=" + outer.label;
  }
}
