package io.gatun.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.gatun.bindings.Memory;
import io.gatun.bindings.RteMbuf;
import org.junit.jupiter.api.Test;

/** The canary of the fuzz tests: who reads or writes behind a guarded packet is caught. */
class FakeMbufsTest {
  @Test
  void nobodyTouchesWhatIsBehindAGuardedPacket() {
    try (FakeMbufs mbufs = new FakeMbufs()) {
      byte[] bytes = {1, 2, 3, 4, 5, 6, 7, 8};
      long packet = mbufs.guarded(bytes, 8);
      long at = FakeMbufs.data(packet);
      assertThat(mbufs.bytes(packet)).isEqualTo(bytes);
      assertThatExceptionOfType(InternalError.class).isThrownBy(() -> Memory.getByte(at + 8));
      assertThatExceptionOfType(InternalError.class).isThrownBy(() -> Memory.getLong(at + 1));
      assertThatExceptionOfType(InternalError.class)
          .isThrownBy(() -> Memory.putByte(at + 8, (byte) 0));
    }
  }

  @Test
  void chainsHoldTheBytesInOrder() {
    try (FakeMbufs mbufs = new FakeMbufs()) {
      byte[] bytes = {1, 2, 3, 4, 5, 6, 7, 8};
      long packet = mbufs.chain(bytes, 3, 0, 4);
      assertThat(Memory.getUnsignedShort(packet + RteMbuf.NB_SEGS)).isEqualTo(4);
      assertThat(Memory.getUnsignedShort(packet + RteMbuf.DATA_LEN)).isEqualTo(3);
      assertThat(mbufs.bytes(packet)).isEqualTo(bytes);
    }
  }
}
