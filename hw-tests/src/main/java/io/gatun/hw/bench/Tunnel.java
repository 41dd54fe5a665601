package io.gatun.hw.bench;

import java.util.Locale;

/** A tunnel that both sides of the comparison know. */
enum Tunnel {
  /** RFC 7348. */
  VXLAN(4789, 0x0800_0000),
  /** RFC 8926, without options; 0x6558 is Ethernet. */
  GENEVE(6081, 0x0000_6558);

  /** Of the outer header, Ethernet to VXLAN or Geneve, over IPv4. */
  static final int OUTER_BYTES = 14 + 20 + 8 + 8;

  static final int VNI = 42;
  static final String LOCAL = "192.168.100.1";
  static final String REMOTE = "192.168.100.2";
  static final String REMOTE_MAC = "02:00:00:00:00:22";

  /** UDP port. */
  final int port;

  /** The first of the header's two 32-bit words. */
  final int firstWord;

  Tunnel(int port, int firstWord) {
    this.port = port;
    this.firstWord = firstWord;
  }

  /** As all programs here spell it: Gatun, OVS, tshark. */
  String option() {
    return name().toLowerCase(Locale.ROOT);
  }
}
