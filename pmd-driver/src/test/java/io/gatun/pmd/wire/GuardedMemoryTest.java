package io.gatun.pmd.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.gatun.bindings.Memory;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The guard that the header tests rely on does notice. */
class GuardedMemoryTest {
  @TempDir Path directory;
  private GuardedMemory memory;

  @BeforeEach
  void map() {
    memory = new GuardedMemory(directory);
  }

  @AfterEach
  void unmap() {
    memory.close();
  }

  @Test
  void theLastByteIsReadAndWritten() {
    long at = memory.place(new byte[] {1, 2, 3});

    Memory.putByte(memory.end() - 1, (byte) 9);

    assertThat(memory.from(at)).containsExactly(1, 2, 9);
    assertThat(memory.isUntouchedBefore(at)).isTrue();
  }

  @Test
  void oneByteTooFarIsNoticed() {
    assertThatExceptionOfType(InternalError.class).isThrownBy(() -> Memory.getByte(memory.end()));
    assertThatExceptionOfType(InternalError.class)
        .isThrownBy(() -> Memory.putByte(memory.end(), (byte) 0));
  }

  @Test
  void aWordThatReachesOverTheEndIsNoticed() {
    assertThatExceptionOfType(InternalError.class)
        .isThrownBy(() -> Memory.getLong(memory.end() - 7));
  }

  @Test
  void writingBeforeIsNoticed() {
    long at = memory.place(new byte[4]);

    Memory.putByte(at - 1, (byte) 0);

    assertThat(memory.isUntouchedBefore(at)).isFalse();
  }
}
