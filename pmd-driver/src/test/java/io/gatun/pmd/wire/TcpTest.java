package io.gatun.pmd.wire;

import java.util.List;

class TcpTest extends HeaderTest {
  TcpTest() {
    super(Tcp::length, Tcp.MIN_LENGTH);
  }

  @Override
  List<Sample> samples() {
    return List.of(
        sample(
                "TCP(sport=49152, dport=443, seq=0x89abcdef, ack=0xfedcba98, flags='PA', "
                    + "window=0xfff0, chksum=0x8123, urgptr=0xabcd)",
                "c00001bb89abcdeffedcba985018fff08123abcd")
            .field("sourcePort", Tcp::sourcePort, Tcp::sourcePort, 49152)
            .field("destinationPort", Tcp::destinationPort, Tcp::destinationPort, 443)
            .field("sequence", Tcp::sequence, Tcp::sequence, 0x89ab_cdef)
            .field("acknowledgement", Tcp::acknowledgement, Tcp::acknowledgement, 0xfedc_ba98)
            .field("headerLength", Tcp::headerLength, Tcp::headerLength, 20)
            .field("flags", Tcp::flags, Tcp::flags, Tcp.PSH | Tcp.ACK)
            .field("window", Tcp::window, Tcp::window, 0xfff0)
            .field("checksum", Tcp::checksum, Tcp::checksum, 0x8123)
            .field("urgentPointer", Tcp::urgentPointer, Tcp::urgentPointer, 0xabcd),
        sample(
                "TCP(sport=80, dport=65535, flags='SEC', chksum=0, options=[('MSS', 1460), "
                    + "('SAckOK', b''), ('Timestamp', (1, 2)), ('NOP', None), ('WScale', 7)])",
                "0050ffff0000000000000000a0c2200000000000020405b40402080a000000010000000201030307")
            .optionsAt(Tcp.OPTIONS)
            .field("sourcePort", Tcp::sourcePort, Tcp::sourcePort, 80)
            .field("destinationPort", Tcp::destinationPort, Tcp::destinationPort, 65535)
            .field("headerLength", Tcp::headerLength, Tcp::headerLength, 40)
            .field("flags", Tcp::flags, Tcp::flags, Tcp.SYN | Tcp.ECE | Tcp.CWR)
            .field("window", Tcp::window, Tcp::window, 8192),
        sample(
                "TCP(flags='FRU', chksum=0xffff, reserved=5, options=[('NOP', None)] * 40)",
                "001400500000000000000000fa252000ffff000001010101010101010101010101010101"
                    + "010101010101010101010101010101010101010101010101")
            .optionsAt(0)
            .field("headerLength", Tcp::headerLength, Tcp::headerLength, Tcp.MAX_LENGTH)
            .field("flags", Tcp::flags, Tcp::flags, Tcp.FIN | Tcp.RST | Tcp.URG)
            .field("checksum", Tcp::checksum, Tcp::checksum, 0xffff));
  }

  /** A data offset below 5. */
  @Override
  List<Sample> malformed() {
    return List.of(
        sample("TCP(dataofs=4)", "0014005000000000000000004002200000000000"),
        sample("TCP(dataofs=1)", "0014005000000000000000001002200000000000"),
        sample("TCP(dataofs=0, flags='PA')", "0014005000000000000000000018200000000000"));
  }
}
