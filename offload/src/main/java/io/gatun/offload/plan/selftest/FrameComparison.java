package io.gatun.offload.plan.selftest;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Compares frames that arrived with those that must. */
final class FrameComparison {
  private FrameComparison() {}

  /**
   * What differs first; null when nothing does.
   *
   * @param cut whether IPv4 identifications are the sender's choice; the header checksums must be
   *     right for whatever they are
   */
  static @Nullable String difference(List<TestPacket> expected, List<byte[]> got, boolean cut) {
    if (expected.size() != got.size()) {
      return "%d frames of %s bytes arrived instead of %d of %s"
          .formatted(
              got.size(),
              got.stream().map(frame -> frame.length).toList(),
              expected.size(),
              expected.stream().map(packet -> packet.bytes().length).toList());
    }
    for (int i = 0; i < got.size(); i++) {
      String difference = difference(expected.get(i), got.get(i), cut);
      if (difference != null) {
        return got.size() == 1 ? difference : "segment %d: %s".formatted(i, difference);
      }
    }
    return null;
  }

  private static @Nullable String difference(TestPacket expected, byte[] got, boolean cut) {
    if (got.length != expected.bytes().length) {
      return "%d bytes instead of %d".formatted(got.length, expected.bytes().length);
    }
    byte[] left = expected.bytes().clone();
    byte[] right = got.clone();
    if (cut) {
      for (int header : ipv4Headers(expected)) {
        if (TestPacket.finish(TestPacket.sum(right, header, header + 20)) != 0) {
          return "the IPv4 header checksum at byte %d is wrong".formatted(header);
        }
        clearIdentification(left, header);
        clearIdentification(right, header);
      }
    }
    int at = Arrays.mismatch(left, right);
    if (at < 0) {
      return null;
    }
    int end = Math.min(left.length, at + 4);
    return "%s: byte %d is %s instead of %s"
        .formatted(
            field(expected, at),
            at,
            HexFormat.of().formatHex(right, at, end),
            HexFormat.of().formatHex(left, at, end));
  }

  private static List<Integer> ipv4Headers(TestPacket packet) {
    List<Integer> headers = new ArrayList<>();
    if (packet.recipe().version() == 4) {
      headers.add(packet.innerIpAt());
    }
    if (packet.outerIpAt() >= 0 && packet.recipe().outerVersion() == 4) {
      headers.add(packet.outerIpAt());
    }
    return headers;
  }

  private static void clearIdentification(byte[] frame, int header) {
    TestPacket.put16(frame, header + TestPacket.IPV4_ID, 0);
    TestPacket.put16(frame, header + TestPacket.IPV4_SUM, 0);
  }

  private static String field(TestPacket packet, int at) {
    if (at == packet.checksumAt() || at == packet.checksumAt() + 1) {
      return packet.outerIpAt() < 0 ? "the TCP or UDP checksum" : "the inner TCP or UDP checksum";
    }
    if (at >= packet.l4At()) {
      return "behind the IP header";
    }
    if (at >= packet.innerIpAt()) {
      return packet.outerIpAt() < 0 ? "the IP header" : "the inner IP header";
    }
    if (packet.outerIpAt() >= 0 && at >= packet.outerUdpAt()) {
      return "the tunnel header";
    }
    return packet.outerIpAt() >= 0 && at >= packet.outerIpAt()
        ? "the outer IP header"
        : "the Ethernet header";
  }
}
