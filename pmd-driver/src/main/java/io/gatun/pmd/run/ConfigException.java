package io.gatun.pmd.run;

/**
 * Something in a configuration file cannot be: the message is {@code FILE:LINE: key "a.b": ...},
 * with what is allowed. Exit code 2.
 */
public final class ConfigException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  ConfigException(String message) {
    super(message);
  }
}
