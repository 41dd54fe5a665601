package io.gatun.mirror.session;

import io.gatun.mirror.encap.EncapsulationKeys;
import io.gatun.mirror.encap.EncapsulationSpec;
import io.gatun.mirror.file.CaptureFileConfig;
import io.gatun.pmd.run.Nearest;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Where packets are mirrored to. Immutable; {@code toString} is what a user writes. */
public sealed interface Destination {
  /** What the user wrote. */
  String text();

  /**
   * A port.
   *
   * @param port its number, or its name where ports have names; empty where the user left it out
   * @param encapsulation what is put before the frames
   */
  record ToPort(String port, EncapsulationSpec encapsulation, String text) implements Destination {
    @Override
    public String toString() {
      return text;
    }
  }

  /** A file of its own or of several sessions. */
  record ToFile(CaptureFileConfig file, String text) implements Destination {
    @Override
    public String toString() {
      return text;
    }
  }

  /** The same with {@code spare}'s port where none is named. */
  default Destination orAt(Supplier<String> spare) {
    if (this instanceof ToPort(String port, EncapsulationSpec spec, String text)
        && port.isEmpty()) {
      String found = spare.get();
      return new ToPort(found, spec, text.replaceFirst(":", ":port=" + found + ","));
    }
    return this;
  }

  /**
   * Reads {@code port:N}, {@code KIND:port=N,key=value,...} as {@link EncapsulationSpec#parse}
   * explains the kinds, or {@code pcapng:PATH[,size=..][,seconds=..][,files=..]}. VXLAN's UDP port
   * is {@code udp-port} here.
   *
   * @throws IllegalArgumentException with what is wrong and what is allowed
   */
  static Destination parse(String text) {
    int colon = text.indexOf(':');
    String kind = colon < 0 ? text : text.substring(0, colon);
    String rest = colon < 0 ? "" : text.substring(colon + 1);
    try {
      return switch (kind) {
        case "port" -> toPort(text, rest);
        case "pcapng" -> toFile(text, rest);
        default -> toTunnel(text, kind, rest);
      };
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "destination \"%s\": %s".formatted(text, e.getMessage()), e);
    }
  }

  private static Destination toPort(String text, String port) {
    if (port.isBlank() || port.contains(",") || port.contains("=")) {
      throw new IllegalArgumentException("names no port: write port:N");
    }
    return new ToPort(port, new EncapsulationSpec.Span(), text);
  }

  private static Destination toFile(String text, String rest) {
    Matcher options = Pattern.compile(",[a-z-]+=").matcher(rest);
    int end = options.find() ? options.start() : rest.length();
    Map<String, String> settings = settings(end == rest.length() ? "" : rest.substring(end + 1));
    return new ToFile(CaptureFileConfig.parse(rest.substring(0, end), settings), text);
  }

  private static Destination toTunnel(String text, String kind, String rest) {
    List<String> kinds = new ArrayList<>(List.of("port", "pcapng"));
    kinds.addAll(EncapsulationKeys.kinds());
    kinds.remove("span"); // that is "port"
    if (!kinds.contains(kind)) {
      throw new IllegalArgumentException(
          "\"%s\" is no kind of destination%s; there are %s"
              .formatted(kind, Nearest.hint(kind, kinds), String.join(", ", kinds)));
    }
    Map<String, String> settings = settings(rest);
    String port = settings.remove("port");
    List<String> keys = new ArrayList<>(List.of("port"));
    for (String key : EncapsulationKeys.keys(kind)) {
      keys.add(key.equals("port") ? "udp-port" : key);
    }
    for (String key : settings.keySet()) {
      if (!keys.contains(key)) {
        throw new IllegalArgumentException(
            "\"%s\" is not known%s; allowed are %s"
                .formatted(key, Nearest.hint(key, keys), String.join(", ", keys)));
      }
    }
    String udpPort = settings.remove("udp-port");
    if (udpPort != null) {
      settings.put("port", udpPort);
    }
    return new ToPort(port == null ? "" : port, EncapsulationSpec.parse(kind, settings), text);
  }

  private static Map<String, String> settings(String text) {
    Map<String, String> settings = new LinkedHashMap<>();
    if (text.isEmpty()) {
      return settings;
    }
    for (String part : text.split(",", -1)) {
      int equals = part.indexOf('=');
      if (equals <= 0 || equals == part.length() - 1) {
        throw new IllegalArgumentException(
            "\"%s\" is no setting: write key=value,key=value".formatted(part));
      }
      if (settings.put(part.substring(0, equals), part.substring(equals + 1)) != null) {
        throw new IllegalArgumentException(
            "%s stands there twice: remove one".formatted(part.substring(0, equals)));
      }
    }
    return settings;
  }
}
