package io.gatun.nest.rpc;

import java.util.regex.Pattern;

/**
 * Names of machines and interfaces. They become device ids and journal keys: one small alphabet.
 */
public final class Names {
  private static final String WORD = "[A-Za-z0-9_-]{1,32}";
  private static final Pattern MACHINE = Pattern.compile(WORD);
  private static final Pattern INTERFACE = Pattern.compile(WORD + "(?:/" + WORD + "){0,7}");

  private Names() {}

  /** A machine's name, or IllegalArgumentException. */
  public static String machine(String name) {
    if (!MACHINE.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "name \"%s\": 1 to 32 letters, digits, - or _ are needed".formatted(shown(name)));
    }
    return name;
  }

  /**
   * An interface's name, or IllegalArgumentException: {@code eth0}, or with the machines it was
   * handed through before it, {@code l2/eth0}.
   */
  public static String networkInterface(String name) {
    if (!INTERFACE.matcher(name).matches()) {
      throw new IllegalArgumentException(
          ("name \"%s\": up to 8 words, divided by /, of 1 to 32 letters, digits, - or _ are"
                  + " needed")
              .formatted(shown(name)));
    }
    return name;
  }

  private static String shown(String name) {
    return name.length() <= 64 ? name : name.substring(0, 64) + "...";
  }
}
