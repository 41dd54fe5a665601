package io.gatun.pmd;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class PciConfigTest {
  private final ByteBuffer bytes = ByteBuffer.allocate(4096).order(ByteOrder.LITTLE_ENDIAN);

  private PciConfig config() {
    return new PciConfig(bytes.array());
  }

  private void capability(int at, int id, int next) {
    bytes.putInt(at, next << 20 | 1 << 16 | id);
  }

  @Test
  void acsIsFoundBehindOtherCapabilities() {
    capability(0x100, 0x01, 0x140);
    capability(0x140, 0x0d, 0);
    bytes.putShort(0x144, (short) 0x1f).putShort(0x146, (short) 0x1d);
    assertThat(config().acs()).isEqualTo(new PciConfig.Acs(0x1f, 0x1d));
    assertThat(config().hasSriov()).isFalse();
  }

  @Test
  void acsIsolatesOnlyWithAllServicesThatThereAre() {
    assertThat(new PciConfig.Acs(0x1d, 0x1d).isIsolating()).isTrue();
    assertThat(new PciConfig.Acs(0x1d, 0x1c).isIsolating()).isFalse();
    assertThat(new PciConfig.Acs(0x05, 0x05).isIsolating()).isTrue();
    assertThat(new PciConfig.Acs(0, 0).isIsolating()).isFalse();
  }

  @Test
  void sriovIsFound() {
    capability(0x100, 0x10, 0);
    assertThat(config().hasSriov()).isTrue();
  }

  @Test
  void aListThatRunsInACircleEnds() {
    capability(0x100, 0x01, 0x140);
    capability(0x140, 0x02, 0x100);
    assertThat(config().acs()).isNull();
  }

  @Test
  void aDeviceThatDoesNotAnswerHasNothing() {
    Arrays.fill(bytes.array(), (byte) 0xff);
    assertThat(config().acs()).isNull();
    assertThat(config().hasSriov()).isFalse();
  }

  /** Cut at every byte: never an exception, and nothing from beyond the end. */
  @Test
  void anyLengthCanBeRead() {
    capability(0x100, 0x01, 0x140);
    capability(0x140, 0x0d, 0);
    bytes.putInt(0x144, 0x001d001d);
    for (int length = 0; length <= 4096; length++) {
      PciConfig cut = new PciConfig(Arrays.copyOf(bytes.array(), length));
      assertThat(cut.acs() != null).isEqualTo(length >= 0x148);
      assertThat(cut.isReadable()).isEqualTo(length > 64);
    }
  }
}
