package io.gatun.hw.mirror;

import java.util.Arrays;

/** In which buffer each packet passed its tap. */
final class WatchedAddresses {
  private final long[][] addresses;

  WatchedAddresses(int taps) {
    addresses = new long[taps][1024];
  }

  int taps() {
    return addresses.length;
  }

  void note(long id, long mbuf) {
    int tap = MirrorWorld.tapOf(id);
    int place = (int) MirrorWorld.placeOf(id);
    if (place >= addresses[tap].length) {
      addresses[tap] = Arrays.copyOf(addresses[tap], place * 2);
    }
    addresses[tap][place] = mbuf;
  }

  long of(long id) {
    return addresses[MirrorWorld.tapOf(id)][(int) MirrorWorld.placeOf(id)];
  }
}
