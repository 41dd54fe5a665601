package io.gatun.mirror.file;

import java.nio.charset.StandardCharsets;

/**
 * A place where packets were seen, as the file names it: one Interface Description Block.
 *
 * @param name such as {@code port 0 (net_tap0)}
 * @param description more about it, or an empty string
 * @param speedBitsPerSecond of the link; 0 where it is not known
 * @param snapLength bytes of a packet that the session keeps, at most; 0 for all
 * @param filter the session's filter in tcpdump's syntax, or an empty string
 */
public record CaptureInterface(
    String name, String description, long speedBitsPerSecond, int snapLength, String filter) {
  private static final int MAX_TEXT_BYTES = 65_534; // an option's length has 16 bits

  public CaptureInterface {
    checkText("name", name);
    checkText("description", description);
    if (name.isEmpty()) {
      throw new IllegalArgumentException("name: is empty; readers tell interfaces apart by it");
    }
    if (speedBitsPerSecond < 0) {
      throw new IllegalArgumentException(
          "speedBitsPerSecond: %d is below 0".formatted(speedBitsPerSecond));
    }
    if (snapLength < 0 || snapLength > PcapngBlocks.MAX_CAPTURED) {
      throw new IllegalArgumentException(
          "snapLength: %d is not in [0, %d]".formatted(snapLength, PcapngBlocks.MAX_CAPTURED));
    }
  }

  /** An interface of which only the name is known, whose packets are kept whole. */
  public CaptureInterface(String name) {
    this(name, "", 0, 0, "");
  }

  /** A filter longer than the format can say is not written; it does not stop a capture. */
  boolean hasFilter() {
    return !filter.isEmpty() && bytes(filter) <= MAX_TEXT_BYTES;
  }

  private static void checkText(String what, String text) {
    if (bytes(text) > MAX_TEXT_BYTES) {
      throw new IllegalArgumentException(
          "%s: %d bytes of UTF-8 are more than the %d that pcapng can say"
              .formatted(what, bytes(text), MAX_TEXT_BYTES));
    }
  }

  private static int bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }
}
