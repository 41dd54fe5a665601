package io.gatun.offload.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatun.bindings.Memory;
import io.gatun.pmd.MempoolCache;
import io.gatun.testing.FakeMbufs;
import java.lang.foreign.Arena;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is written; {@code tell}, which needs a pool, is tested on a device. */
class TooBigTest {
  private static final byte FILLER = (byte) 0xa5;

  private final FakeMbufs mbufs = new FakeMbufs();
  private final TooBig tooBig = new TooBig(noPool(), 1000);
  private final long target = Arena.global().allocate(2048).address();

  @SuppressWarnings({"NullAway", "TypeParameterUnusedInFormals"})
  private static MempoolCache noPool() {
    return null;
  }

  @AfterEach
  void close() {
    mbufs.close();
  }

  private byte[] write(long packet, int mtu) {
    Memory.fill(target, 2048, FILLER);
    assertThat(tooBig.parse(packet)).isTrue();
    byte[] bytes = new byte[tooBig.write(packet, mtu, target)];
    Memory.copy(target, bytes, 0, bytes.length);
    assertThat(bytes.length).isLessThanOrEqualTo(TooBig.MAX_BYTES);
    assertThat(Memory.getByte(target + bytes.length)).isEqualTo(FILLER);
    return bytes;
  }

  @ParameterizedTest
  @CsvSource({"INNER4, INNER4_TOO_BIG", "INNER6, INNER6_TOO_BIG"})
  void messagesAreAsScapyBuildsThem(String about, String message) {
    byte[] frame = FakeMbufs.hex(UnderlayHostTest.frame(about));
    String expected = UnderlayHostTest.frame(message);
    assertThat(FakeMbufs.hex(write(mbufs.packet(frame), 1400))).isEqualTo(expected);
    long chain = mbufs.chain(frame, frame.length - 30, 1, 0, 7);
    assertThat(FakeMbufs.hex(write(chain, 1400))).as("of segments").isEqualTo(expected);
    assertThat(mbufs.bytes(chain)).as("only read").isEqualTo(frame);
  }

  /** RFC 8200 section 5: no IPv6 link has less. */
  @Test
  void noIpv6HostIsToldLessThanTheMinimum() {
    byte[] message = write(mbufs.packet(Frames.INNER6), 1200);
    assertThat(Arrays.copyOfRange(message, 14 + 40 + 4, 14 + 40 + 8))
        .containsExactly(0, 0, 1280 >> 8, (byte) 1280);
  }

  @Test
  void asMuchIsQuotedAsTheMessageMayHave() {
    byte[] frame4 = Arrays.copyOf(FakeMbufs.hex(Frames.INNER4), 1900);
    frame4[22 + 2] = 1800 >> 8;
    frame4[22 + 3] = (byte) 1800;
    assertThat(write(mbufs.chain(frame4, 1000, 500), 1400)).hasSize(22 + 576);
    byte[] frame6 = Arrays.copyOf(FakeMbufs.hex(Frames.INNER6), 1900);
    frame6[14 + 4] = 1800 >> 8;
    frame6[14 + 5] = (byte) 1800;
    assertThat(write(mbufs.chain(frame6, 1000, 500), 1400)).hasSize(14 + 1280);
  }

  @Test
  void aPingIsNoError() {
    assertThat(tooBig.parse(mbufs.packet(Frames.INNER4_PING))).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "INNER4_ERROR",
        "INNER4_LATER_FRAGMENT",
        "INNER4_FROM_GROUP",
        "INNER4_TO_GROUP",
        "INNER4_TO_BROADCAST",
        "INNER6_ERROR",
        "INNER6_LATER_FRAGMENT",
        "INNER6_TO_GROUP",
        "INNER6_FROM_NOBODY",
        "TENANT_ASKS",
      })
  void nobodyIsToldAbout(String name) {
    assertThat(tooBig.parse(mbufs.packet(UnderlayHostTest.frame(name)))).isFalse();
  }

  @Test
  void randomPacketsHarmNothing() {
    Fuzz fuzz =
        new Fuzz("INNER4", "INNER6", "INNER4_PING", "INNER4_ERROR", "INNER6_ERROR", "PING6");
    int told = 0;
    for (int i = 0; i < Fuzz.PACKETS; i++) {
      long packet = fuzz.next(mbufs);
      if (tooBig.parse(packet)) {
        told++;
        assertThat(tooBig.write(packet, 1400, target)).isBetween(62, TooBig.MAX_BYTES);
      }
    }
    assertThat(told).isBetween(Fuzz.PACKETS / 10, Fuzz.PACKETS * 9 / 10);
  }
}
