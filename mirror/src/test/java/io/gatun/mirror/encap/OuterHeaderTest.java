package io.gatun.mirror.encap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.gatun.bindings.Memory;
import io.gatun.pmd.Mbuf;
import io.gatun.pmd.wire.Ethernet;
import io.gatun.pmd.wire.IpAddress;
import io.gatun.pmd.wire.Ipv4;
import io.gatun.pmd.wire.Ipv6;
import io.gatun.pmd.wire.Udp;
import io.gatun.testing.FakeMbufs;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Lengths and checksums of outer headers, summed here word by word from RFC 1071's text. */
class OuterHeaderTest {
  private static final int FRAMES = 300;

  private final Random random = new Random(20_260_402);
  private final FakeMbufs mbufs = new FakeMbufs();
  private final Mbuf mbuf = new Mbuf();

  static List<Edits.Case> tunnels() {
    return Edits.tunnels();
  }

  @AfterEach
  void free() {
    mbufs.close();
  }

  /** Every length that there can be: with those of 0x0000 and 0xffff as the sum. */
  @Test
  void theIpv4ChecksumIsGoodWithEveryLength() {
    FrameEdit edit = FrameEdits.greTeb(Edits.endpoints(4), OptionalLong.empty());
    long packet = mbufs.packet(new byte[60]);
    mbuf.wrap(packet);
    for (int length = 14; length <= edit.maxFrameBytes(); length++) {
      mbuf.packetLength(length);

      edit.apply(mbuf, length, 0, false);

      byte[] ip = new byte[Ipv4.MIN_LENGTH];
      Memory.copy(mbuf.data() + Ethernet.LENGTH, ip, 0, ip.length);
      assertThat(sum(ip, 0, ip.length)).as("%d bytes", length).isEqualTo(0xffff);
      assertThat(Ipv4.totalLength(mbuf.data() + Ethernet.LENGTH)).isEqualTo(length + 24);
      edit.undo(mbuf);
    }
  }

  @ParameterizedTest
  @MethodSource("tunnels")
  void theLongestFrameFillsTheLengthField(Edits.Case kind) {
    FrameEdit edit = kind.make();
    long packet = mbufs.packet(new byte[60]);
    mbuf.wrap(packet).packetLength(edit.maxFrameBytes());
    // The sum over a frame that is longer than its segments ends with these.
    edit.apply(mbuf, edit.maxFrameBytes(), 0, false);

    long ip = mbuf.data() + Ethernet.LENGTH;
    ip += Ethernet.type(mbuf.data()) == Ethernet.TYPE_VLAN ? 4 : 0;
    int length = Ipv4.version(ip) == 4 ? Ipv4.totalLength(ip) : Ipv6.payloadLength(ip);
    assertThat(length).isEqualTo(0xffff);
  }

  /** Any frame in any segments, of odd and of no length: RFC 768, RFC 8200 section 8.1. */
  @ParameterizedTest
  @MethodSource("versions")
  void theUdpChecksumIsGoodOverAllSegments(int version) {
    FrameEdit edit = FrameEdits.vxlan(Edits.endpoints(version), 42, 4789, true);
    int ip = Ethernet.LENGTH;
    int udp = ip + (version == 4 ? Ipv4.MIN_LENGTH : Ipv6.LENGTH);
    for (int i = 0; i < FRAMES; i++) {
      byte[] frame = Frames.random(random, 14 + random.nextInt(2030));
      long packet = Frames.chain(mbufs, random, frame, 14);

      edit.apply(mbuf.wrap(packet), frame.length, 0, false);

      byte[] all = mbufs.bytes(packet);
      byte[] pseudo = new byte[40];
      int addresses = version == 4 ? 8 : 32;
      System.arraycopy(all, udp - addresses, pseudo, 0, addresses);
      pseudo[36] = 0;
      pseudo[37] = 17;
      pseudo[38] = (byte) (all.length - udp >> 8);
      pseudo[39] = (byte) (all.length - udp);
      byte[] summed = Arrays.copyOf(pseudo, pseudo.length + all.length - udp);
      System.arraycopy(all, udp, summed, pseudo.length, all.length - udp);
      assertThat(sum(summed, 0, summed.length)).isEqualTo(0xffff);
      assertThat(Udp.checksum(mbuf.data() + udp)).as("0 would mean none").isNotZero();
      assertThat(Udp.datagramLength(mbuf.data() + udp)).isEqualTo(all.length - udp);
    }
  }

  static List<Integer> versions() {
    return List.of(4, 6);
  }

  /** A frame is made so that the sum is 0xffff, whose complement would say that there is none. */
  @Test
  void aUdpChecksumOfZeroIsSentInItsOtherForm() {
    FrameEdit edit = FrameEdits.vxlan(Edits.endpoints(4), 42, 4789, true);
    byte[] frame = new byte[64];
    long packet = mbufs.packet(frame);
    edit.apply(mbuf.wrap(packet), frame.length, 0, false);
    int udp = Ethernet.LENGTH + Ipv4.MIN_LENGTH;
    int checksum = Udp.checksum(mbuf.data() + udp);
    edit.undo(mbuf);
    Memory.putShortBigEndian(mbuf.data() + 62, checksum);

    edit.apply(mbuf, frame.length, 0, false);

    assertThat(Udp.checksum(mbuf.data() + udp)).isEqualTo(0xffff);
  }

  @ParameterizedTest
  @MethodSource("versions")
  void withoutOneItIsZero(int version) {
    FrameEdit edit = FrameEdits.vxlan(Edits.endpoints(version), 42, 4789, false);
    long packet = mbufs.packet(Frames.random(random, 100));

    edit.apply(mbuf.wrap(packet), 100, 0, false);

    assertThat(Udp.checksum(mbuf.data() + edit.headroom() - 16)).isZero();
  }

  @Test
  void anEthernetSourceIsNeeded() {
    Endpoints ends = Endpoints.of(IpAddress.parse("192.0.2.1"), IpAddress.parse("192.0.2.2"));

    assertThatIllegalArgumentException()
        .isThrownBy(() -> FrameEdits.erspan1(ends))
        .withMessageContaining("src-mac is missing");
  }

  /** The ones' complement sum of 16-bit words, an odd last byte padded: RFC 1071 section 1. */
  private static int sum(byte[] bytes, int from, int to) {
    int sum = 0;
    for (int at = from; at < to; at += 2) {
      sum += (bytes[at] & 0xff) << 8 | (at + 1 < to ? bytes[at + 1] & 0xff : 0);
      sum = (sum & 0xffff) + (sum >> 16);
    }
    return sum;
  }
}
