package io.gatun.nest.link;

import java.util.Locale;
import java.util.regex.Pattern;

/** Turns what {@code ip} says about a failure into what can be done about it. */
final class IpErrors {
  private static final Pattern PREFIX = Pattern.compile("^(RTNETLINK answers|Error): *");

  private IpErrors() {}

  /** Its own words, on one line, and a remedy where there is one. */
  static String explain(String errors) {
    String words = PREFIX.matcher(errors.strip()).replaceFirst("").replaceAll("\\s*\\R\\s*", " ");
    String remedy = remedy(words.toLowerCase(Locale.ROOT));
    return remedy.isEmpty() ? words : words + " (" + remedy + ")";
  }

  private static String remedy(String words) {
    if (words.contains("operation not supported")) {
      return "the interface's driver cannot do that";
    }
    if (words.contains("operation not permitted")) {
      return "run it as root (sudo), or with CAP_NET_ADMIN";
    }
    if (words.contains("network is down")) {
      return "the driver wants the interface up: ip link set dev INTERFACE up";
    }
    if (words.contains("invalid argument") || words.contains("numerical result out of range")) {
      return "the driver does not take this value, or not now: dmesg may say why";
    }
    if (words.contains("cannot find device") || words.contains("does not exist")) {
      return "ip link lists the interfaces of this network namespace";
    }
    if (words.contains("is unknown") || words.contains("garbage")) {
      return "this ip is too old for it: a newer package iproute2 is needed";
    }
    return "";
  }
}
