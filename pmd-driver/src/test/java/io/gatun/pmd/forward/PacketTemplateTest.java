package io.gatun.pmd.forward;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatun.bindings.Memory;
import io.gatun.pmd.MacAddress;
import java.lang.foreign.Arena;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class PacketTemplateTest {
  private static final MacAddress DESTINATION = MacAddress.parse("02:00:00:00:00:00");
  private static final MacAddress SOURCE = MacAddress.parse("0a:1b:2c:3d:4e:5f");

  private static byte[] frame(PacketTemplate template) {
    byte[] frame = new byte[template.length()];
    Memory.copy(template.address(), frame, 0, frame.length);
    return frame;
  }

  @Test
  void theFrameIsEthernetIpv4UdpAndZeros() {
    try (Arena arena = Arena.ofConfined()) {
      byte[] frame = frame(new PacketTemplate(100, DESTINATION, SOURCE, arena));

      String headers =
          "020000000000 0a1b2c3d4e5f 0800" // Ethernet
              + " 45 00 0056 0000 0000 40 11 0000 c6120001 c6130000" // IPv4: 86 bytes, TTL 64, UDP
              + " 0009 0009 0042 0000"; // UDP to discard: 66 bytes, no checksum
      assertThat(HexFormat.of().formatHex(frame, 0, PacketTemplate.HEADERS_LENGTH))
          .isEqualTo(headers.replace(" ", ""));
      assertThat(Arrays.copyOfRange(frame, PacketTemplate.HEADERS_LENGTH, 100)).containsOnly(0);
    }
  }

  /**
   * RFC 1071's sum is the header as one number modulo 2^16 - 1, with 0xffff for the zero that a
   * header other than zeros cannot have: another way to the same checksum, without a fold.
   */
  @Test
  void theChecksumOfEveryFlowIsRight() {
    BigInteger modulus = BigInteger.valueOf(0xffff);
    try (Arena arena = Arena.ofConfined()) {
      PacketTemplate template =
          new PacketTemplate(PacketTemplate.MIN_LENGTH, DESTINATION, SOURCE, arena);
      byte[] frame = frame(template);
      int end = PacketTemplate.IP_OFFSET + 20;
      for (int flow = 0; flow < PacketTemplate.MAX_FLOWS; flow++) {
        frame[PacketTemplate.IP_DESTINATION_LOW_OFFSET] = (byte) (flow >> 8);
        frame[PacketTemplate.IP_DESTINATION_LOW_OFFSET + 1] = (byte) flow;
        byte[] header = Arrays.copyOfRange(frame, PacketTemplate.IP_OFFSET, end);
        int sum = new BigInteger(1, header).mod(modulus).intValue();
        int expected = sum == 0 ? 0 : 0xffff - sum;
        if (template.checksum(flow) != expected) {
          assertThat(template.checksum(flow)).as("flow %d", flow).isEqualTo(expected);
        }
      }
    }
  }
}
