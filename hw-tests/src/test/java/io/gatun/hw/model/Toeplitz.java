package io.gatun.hw.model;

/** The RSS hash as Microsoft describes it ("Introduction to Receive Side Scaling"). */
final class Toeplitz {
  /** The key of Microsoft's verification suite, which many drivers have as their default. */
  static final byte[] KEY = {
    0x6d,
    0x5a,
    0x56,
    (byte) 0xda,
    0x25,
    0x5b,
    0x0e,
    (byte) 0xc2,
    0x41,
    0x67,
    0x25,
    0x3d,
    0x43,
    (byte) 0xa3,
    (byte) 0x8f,
    (byte) 0xb0,
    (byte) 0xd0,
    (byte) 0xca,
    0x2b,
    (byte) 0xcb,
    (byte) 0xae,
    0x7b,
    0x30,
    (byte) 0xb4,
    0x77,
    (byte) 0xcb,
    0x2d,
    (byte) 0xa3,
    (byte) 0x80,
    0x30,
    (byte) 0xf2,
    0x0c,
    0x6a,
    0x42,
    (byte) 0xb7,
    0x3b,
    (byte) 0xbe,
    (byte) 0xac,
    0x01,
    (byte) 0xfa
  };

  private Toeplitz() {}

  /** Over the addresses and, where it has them, the ports of a layer. */
  static int hash(byte[] frame, RxLayers.Layer layer) {
    int addresses = layer.isV4() ? 8 : 32;
    int from = layer.at() + (layer.isV4() ? 12 : 8);
    boolean ports = layer.isTcp() || layer.isUdp();
    byte[] input = new byte[addresses + (ports ? 4 : 0)];
    System.arraycopy(frame, from, input, 0, addresses);
    if (ports) {
      System.arraycopy(frame, layer.l4(), input, addresses, 4);
    }
    return hash(input);
  }

  static int hash(byte[] input) {
    int hash = 0;
    for (int bit = 0; bit < input.length * 8; bit++) {
      if ((input[bit / 8] >> 7 - bit % 8 & 1) != 0) {
        hash ^= window(bit);
      }
    }
    return hash;
  }

  /** 32 bits of the key from this bit on. */
  private static int window(int from) {
    int window = 0;
    for (int bit = from; bit < from + 32; bit++) {
      window = window << 1 | KEY[bit / 8] >> 7 - bit % 8 & 1;
    }
    return window;
  }
}
