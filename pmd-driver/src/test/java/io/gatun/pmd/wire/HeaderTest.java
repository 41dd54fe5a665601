package io.gatun.pmd.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What holds for every header. A subclass gives headers that scapy 2.5 wrote, with the expression
 * that wrote each, and what their fields are. All of it happens right before a guard, so an access
 * behind the header fails.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class HeaderTest {
  private static final int RANDOM_HEADERS = 20_000;
  private static final int LONGEST_RANDOM = 300;

  /** A class's {@code length(at, available)}. */
  interface LengthCheck {
    int length(long at, int available);
  }

  interface Getter {
    long get(long at);
  }

  interface FlagGetter {
    boolean get(long at);
  }

  interface IntSetter {
    void set(long at, int value);
  }

  interface LongSetter {
    void set(long at, long value);
  }

  private record Field(String name, Getter getter, long expected) {}

  private record Write(Field field, LongSetter setter) {}

  /** A header, the scapy expression that wrote it, and its fields. */
  static final class Sample {
    private final String scapy;
    private final byte[] bytes;
    private final List<Field> fields = new ArrayList<>();
    private final List<Write> writes = new ArrayList<>();
    private int optionsAt;

    private Sample(String scapy, String hex) {
      this.scapy = scapy;
      bytes = HexFormat.of().parseHex(hex);
      optionsAt = bytes.length;
    }

    /** A field that is only read. */
    Sample reads(String name, Getter getter, long expected) {
      fields.add(new Field(name, getter, expected));
      return this;
    }

    Sample flag(String name, FlagGetter getter, boolean expected) {
      return reads(name, at -> getter.get(at) ? 1 : 0, expected ? 1 : 0);
    }

    /** A field that is read and written. */
    Sample field(String name, Getter getter, IntSetter setter, int expected) {
      return wide(name, getter, (at, value) -> setter.set(at, (int) value), expected);
    }

    /** A field of more than 32 bits, or an unsigned one of 32. */
    Sample wide(String name, Getter getter, LongSetter setter, long expected) {
      reads(name, getter, expected);
      writes.add(new Write(fields.getLast(), setter));
      return this;
    }

    /** From here on the header has options, which its setters do not write. */
    Sample optionsAt(int offset) {
      optionsAt = offset;
      return this;
    }

    int length() {
      return bytes.length;
    }

    @Override
    public String toString() {
      return scapy;
    }
  }

  private final LengthCheck check;
  private final int minLength;

  @TempDir private static Path directory;
  GuardedMemory memory;

  HeaderTest(LengthCheck check, int minLength) {
    this.check = check;
    this.minLength = minLength;
  }

  static Sample sample(String scapy, String hex) {
    return new Sample(scapy, hex);
  }

  abstract List<Sample> samples();

  /** Headers that are complete and not well-formed. */
  List<Sample> malformed() {
    return List.of();
  }

  /** What the check shall say of a sample of which {@code available} bytes are there. */
  int expectedLength(Sample sample, int available) {
    return available < sample.length() ? -1 : sample.length();
  }

  @BeforeAll
  void map() {
    memory = new GuardedMemory(directory);
  }

  @AfterAll
  void unmap() {
    memory.close();
  }

  @ParameterizedTest
  @MethodSource("samples")
  void itsFieldsAreRead(Sample sample) {
    long at = memory.place(sample.bytes);

    for (Field field : sample.fields) {
      assertThat(field.getter.get(at)).as(field.name).isEqualTo(field.expected);
    }
  }

  @ParameterizedTest
  @MethodSource("samples")
  void itsSettersWriteTheSameBytesOverZeros(Sample sample) {
    byte[] zeros = sample.bytes.clone();
    Arrays.fill(zeros, 0, sample.optionsAt, (byte) 0);
    long at = memory.place(zeros);

    sample.writes.forEach(write -> write.setter.set(at, write.field.expected));

    assertHolds(sample, at);
  }

  @ParameterizedTest
  @MethodSource("samples")
  void aSetterLeavesItsNeighboursAlone(Sample sample) {
    long at = memory.place(sample.bytes);

    for (Write write : sample.writes) {
      Field field = write.field;
      write.setter.set(at, ~field.expected);
      assertThat(field.getter.get(at)).as(field.name).isNotEqualTo(field.expected);
      write.setter.set(at, field.expected);
      assertHolds(sample, at);
    }
  }

  void assertHolds(Sample sample, long at) {
    assertThat(memory.from(at)).as(sample.scapy).isEqualTo(sample.bytes);
    assertThat(memory.isUntouchedBefore(at)).as("nothing is written before the header").isTrue();
  }

  @ParameterizedTest
  @MethodSource("samples")
  void itIsCutAtEveryByte(Sample sample) {
    for (int available = 0; available <= sample.length() + Long.BYTES; available++) {
      long at = memory.place(sample.bytes, available);

      assertThat(check.length(at, available))
          .as("%d bytes", available)
          .isEqualTo(expectedLength(sample, available));
    }
    assertThat(check.length(memory.end(), -1)).as("less than nothing").isEqualTo(-1);
  }

  @Test
  void malformedOnesAreRefused() {
    for (Sample sample : malformed()) {
      byte[] more = Arrays.copyOf(sample.bytes, sample.length() + LONGEST_RANDOM);

      assertThat(check.length(memory.place(more), more.length)).as(sample.scapy).isEqualTo(-1);
    }
  }

  /** Half of them begin as a sample does, so that the check accepts some. */
  @Test
  void randomBytesAreHandled() {
    SplittableRandom random = new SplittableRandom(20_260_101);
    List<Sample> samples = samples();
    int accepted = 0;
    for (int i = 0; i < RANDOM_HEADERS; i++) {
      byte[] bytes = new byte[random.nextInt(LONGEST_RANDOM)];
      random.nextBytes(bytes);
      Sample sample = samples.get(random.nextInt(samples.size()));
      int kept = Math.min(bytes.length, random.nextInt(2 * sample.length()));
      if (kept <= sample.length()) {
        System.arraycopy(sample.bytes, 0, bytes, 0, kept);
      }
      long at = memory.place(bytes);

      int length = check.length(at, bytes.length);

      if (length != -1) {
        accepted++;
        assertThat(length).isBetween(minLength, bytes.length);
        if (length >= sample.length()) {
          sample.fields.forEach(field -> field.getter.get(at));
        }
      }
    }
    assertThat(accepted).isBetween(1, RANDOM_HEADERS - 1);
  }
}
