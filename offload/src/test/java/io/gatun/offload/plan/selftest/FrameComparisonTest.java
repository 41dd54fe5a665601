package io.gatun.offload.plan.selftest;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatun.offload.plan.DpdkVersion;
import io.gatun.offload.plan.Feature;
import io.gatun.offload.plan.PortCapabilities;
import io.gatun.offload.plan.selftest.TestPacket.Recipe;
import io.gatun.pmd.wire.TunnelType;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The self-test's eyes: a NIC that does the wrong thing must be seen. */
class FrameComparisonTest {
  private static final PortCapabilities EVERYTHING =
      new PortCapabilities("model", "model0", -1, -1, 0, DpdkVersion.NEWEST);

  static Stream<Recipe> recipes() {
    List<Recipe> recipes = new ArrayList<>();
    for (int version = 4; version <= 6; version += 2) {
      for (int protocol : new int[] {TestPacket.TCP, TestPacket.UDP}) {
        recipes.add(new Recipe(null, 4, false, version, protocol, 1, -1));
        for (TunnelType tunnel : TunnelType.values()) {
          recipes.add(new Recipe(tunnel, 4, tunnel.isUdp(), version, protocol, 1, -1));
          recipes.add(new Recipe(tunnel, 6, tunnel.isUdp(), version, protocol, 1, -1));
        }
      }
    }
    return recipes.stream();
  }

  private static TestPacket packet(Recipe recipe) {
    return new TestPacket(recipe, TestPacket.pattern(64), 1, 2, TestPacket.PSH_ACK);
  }

  @ParameterizedTest
  @MethodSource("recipes")
  void anyWrongByteIsSeen(Recipe recipe) {
    TestPacket packet = packet(recipe);

    assertThat(compare(packet, packet.bytes())).isNull();
    for (int at = 0; at < packet.bytes().length; at++) {
      assertThat(compare(packet, packet.damaged(at))).as("byte " + at).isNotNull();
    }
  }

  @ParameterizedTest
  @MethodSource("recipes")
  void aChecksumLeftUndoneIsSeen(Recipe recipe) {
    TestPacket packet = packet(recipe);

    assertThat(compare(packet, packet.withoutInnerChecksums())).isNotNull();
    if (recipe.version() == 6) {
      assertThat(compare(packet, packet.withoutInnerChecksums())).contains("TCP or UDP checksum");
    }
    if (recipe.tunnel() != null && recipe.tunnel().isUdp()) {
      byte[] outerUndone = packet.bytes().clone();
      System.arraycopy(packet.withoutChecksums(true), 0, outerUndone, 0, packet.outerUdpAt() + 8);
      assertThat(compare(packet, outerUndone)).isNotNull();
    }
  }

  private static @Nullable String compare(TestPacket expected, byte[] got) {
    return FrameComparison.difference(List.of(expected), List.of(got), false);
  }

  @Test
  void segmentsMayHaveOtherIdentificationsButNotOtherBytes() {
    Recipe recipe = new Recipe(TunnelType.VXLAN, 4, false, 4, TestPacket.TCP, 1, -1);
    List<TestPacket> expected = TestCases.segments(recipe, 77);
    List<byte[]> got = new ArrayList<>();
    for (int i = 0; i < expected.size(); i++) {
      byte[] payload =
          TestPacket.slice(
              TestPacket.pattern(3 * TestCases.SEGMENT + 77),
              i * TestCases.SEGMENT,
              TestCases.SEGMENT);
      boolean last = i == expected.size() - 1;
      got.add(
          new TestPacket(recipe, payload, 0xfffffe00 + i * TestCases.SEGMENT, 9, last ? 0x18 : 0x10)
              .bytes());
    }

    assertThat(FrameComparison.difference(expected, got, true)).isNull();
    assertThat(FrameComparison.difference(expected, got, false)).isNotNull();
    assertThat(FrameComparison.difference(expected, got.subList(0, 3), true))
        .startsWith("3 frames");
    for (int at = 0; at < got.get(1).length; at++) {
      got.get(1)[at] ^= 1;
      assertThat(FrameComparison.difference(expected, got, true)).as("byte " + at).isNotNull();
      got.get(1)[at] ^= 1;
    }
  }

  @Test
  void everyFeatureIsTriedOnAPortThatClaimsEverything() {
    TestCases cases = new TestCases(EVERYTHING, EVERYTHING);

    assertThat(cases.notOffered()).isEmpty();
    assertThat(Stream.concat(cases.transmit().stream(), cases.receive().stream()))
        .extracting(TestCase::feature)
        .contains(Feature.values());
  }

  @Test
  void nothingIsTriedOnAPortThatClaimsNothing() {
    PortCapabilities nothing =
        new PortCapabilities("net_null", "net_null0", 0, 0, 0, DpdkVersion.NEWEST);

    assertThat(new TestCases(nothing, nothing).transmit()).isEmpty();
    assertThat(new TestCases(nothing, nothing).receive()).isEmpty();
    assertThat(new TestCases(nothing, nothing).notOffered()).hasSizeGreaterThan(10);
  }
}
