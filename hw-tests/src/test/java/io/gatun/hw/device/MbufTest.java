package io.gatun.hw.device;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatun.bindings.RteMbuf;
import io.gatun.pmd.Burst;
import io.gatun.pmd.Mbuf;
import io.gatun.pmd.MempoolCache;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.Random;
import java.util.function.BiConsumer;
import java.util.function.ToLongFunction;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The flyweight over {@code struct rte_mbuf}, field by field against what C reads and writes. */
@Tag("dpdk")
class MbufTest {
  @RegisterExtension static final EalFixture DPDK = EalFixture.with();

  /** A field by its number in {@link CProbe}, with Java's way to read it and its width in bits. */
  private record Field(int number, String name, int bits, ToLongFunction<Mbuf> get) {}

  private static final List<Field> FIELDS =
      List.of(
          new Field(0, "data", 64, Mbuf::data),
          new Field(1, "dataLength", 16, Mbuf::dataLength),
          new Field(2, "packetLength", 32, m -> Integer.toUnsignedLong(m.packetLength())),
          new Field(3, "headroom", 16, Mbuf::headroom),
          new Field(5, "bufferLength", 16, Mbuf::bufferLength),
          new Field(6, "segments", 16, Mbuf::segments),
          new Field(7, "next", 64, Mbuf::next),
          new Field(8, "references", 16, Mbuf::references),
          new Field(9, "port", 16, Mbuf::port),
          new Field(10, "flags", 64, Mbuf::flags),
          new Field(11, "packetType", 32, m -> Integer.toUnsignedLong(m.packetType())),
          new Field(12, "vlanTci", 16, Mbuf::vlanTci),
          new Field(13, "outerVlanTci", 16, Mbuf::outerVlanTci),
          new Field(14, "rssHash", 32, m -> Integer.toUnsignedLong(m.rssHash())),
          new Field(15, "mark", 32, m -> Integer.toUnsignedLong(m.mark())),
          new Field(16, "pool", 64, Mbuf::pool),
          new Field(17, "bufferIova", 64, Mbuf::bufferIova),
          new Field(18, "txOffload", 64, Mbuf::txOffload),
          new Field(19, "l2Length", 7, Mbuf::l2Length),
          new Field(20, "l3Length", 9, Mbuf::l3Length),
          new Field(21, "l4Length", 8, Mbuf::l4Length),
          new Field(22, "tsoSegmentSize", 16, Mbuf::tsoSegmentSize),
          new Field(23, "outerL3Length", 9, Mbuf::outerL3Length),
          new Field(24, "outerL2Length", 7, Mbuf::outerL2Length));

  /** How Java writes what C reads, by number. */
  private record Setter(int number, int bits, BiConsumer<Mbuf, Long> set) {}

  private static final List<Setter> SETTERS =
      List.of(
          new Setter(1, 16, (m, v) -> m.dataLength(v.intValue())),
          new Setter(2, 32, (m, v) -> m.packetLength(v.intValue())),
          new Setter(6, 16, (m, v) -> m.segments(v.intValue())),
          new Setter(7, 64, Mbuf::next),
          new Setter(8, 16, (m, v) -> m.references(v.intValue())),
          new Setter(9, 16, (m, v) -> m.port(v.intValue())),
          new Setter(10, 64, Mbuf::flags),
          new Setter(11, 32, (m, v) -> m.packetType(v.intValue())),
          new Setter(12, 16, (m, v) -> m.vlanTci(v.intValue())),
          new Setter(13, 16, (m, v) -> m.outerVlanTci(v.intValue())),
          new Setter(14, 32, (m, v) -> m.rssHash(v.intValue())),
          new Setter(18, 64, Mbuf::txOffload));

  private final Burst burst = Burst.allocate(2, Arena.global());
  private final MempoolCache cache = DPDK.pool().cache(DPDK.worker());
  private final Random random = new Random(42);
  private final Mbuf mbuf = new Mbuf();

  @BeforeAll
  static void needGcc() {
    CProbe.assume();
  }

  /** Two buffers whose fields may be spoilt: they are made whole before they go back. */
  private void withBuffers(EalFixture.Work work) {
    DPDK.onWorker(
        () -> {
          cache.allocate(burst, 2);
          int capacity = mbuf.wrap(burst.get(0)).bufferLength();
          try {
            work.run();
          } finally {
            for (int i = 0; i < 2; i++) {
              long address = burst.get(i);
              CProbe.set(address, 5, capacity);
              CProbe.set(address, 6, 1);
              CProbe.set(address, 7, 0);
              CProbe.set(address, 8, 1);
              CProbe.set(address, 10, 0);
            }
            cache.free(burst);
          }
        });
  }

  private static long low(long value, int bits) {
    return bits == 64 ? value : value & ((1L << bits) - 1);
  }

  @Test
  void whatCWritesJavaReads() {
    withBuffers(
        () -> {
          long address = burst.get(0);
          for (int round = 0; round < 200; round++) {
            for (Field field : FIELDS) {
              CProbe.set(address, field.number(), random.nextLong());
            }
            mbuf.wrap(address);
            for (Field field : FIELDS) {
              long c = low(CProbe.get(address, field.number()), field.bits());
              assertThat(field.get().applyAsLong(mbuf)).as(field.name()).isEqualTo(c);
            }
          }
        });
  }

  @Test
  void whatJavaWritesCReadsAndNothingElseChanges() {
    withBuffers(
        () -> {
          long address = burst.get(0);
          mbuf.wrap(address);
          for (int round = 0; round < 200; round++) {
            for (Setter setter : SETTERS) {
              long[] before = all(address);
              long value = low(random.nextLong(), setter.bits());
              setter.set().accept(mbuf, value);
              long[] after = all(address);

              assertThat(after[setter.number()]).isEqualTo(value);
              for (int i = 0; i < before.length; i++) {
                // The lengths 19 to 24 are parts of 18; tailroom 4 follows from others; hash.fdir
                // shares its word with nothing that Java writes.
                boolean part = setter.number() == 18 && i >= 19 || i == 4;
                if (i != setter.number() && !part) {
                  assertThat(after[i])
                      .as("field %d after %d", i, setter.number())
                      .isEqualTo(before[i]);
                }
              }
            }
          }
        });
  }

  private static long[] all(long address) {
    long[] values = new long[25];
    for (int i = 0; i < values.length; i++) {
      values[i] = CProbe.get(address, i);
    }
    return values;
  }

  @Test
  void lengthsArePackedAsCPacksThem() {
    for (int i = 0; i < 20_000; i++) {
      // Also wider than their fields: both lose the high bits.
      int l2 = random.nextInt(1 << 10);
      int l3 = random.nextInt(1 << 12);
      int l4 = random.nextInt(1 << 11);
      int segment = random.nextInt(1 << 18);
      int outerL3 = random.nextInt(1 << 12);
      int outerL2 = random.nextInt(1 << 10);

      long java = Mbuf.packTxOffload(l2, l3, l4, segment, outerL3, outerL2);
      long c = CProbe.pack(l2, l3, l4, segment, outerL3, outerL2);
      if (java != c) {
        assertThat(java)
            .as("%d %d %d %d %d %d", l2, l3, l4, segment, outerL3, outerL2)
            .isEqualTo(c);
      }
    }
  }

  /** One buffer by Java, one by C, the same steps: the same answers and the same lengths. */
  @Test
  void prependAdjustAndAppendDoWhatCDoes() {
    withBuffers(
        () -> {
          long ours = burst.get(0);
          long theirs = burst.get(1);
          mbuf.wrap(ours);
          int refused = 0;
          for (int step = 0; step < 5000; step++) {
            int bytes = random.nextInt(random.nextInt(20) == 0 ? 3000 : 90);
            long java;
            long c;
            switch (random.nextInt(3)) {
              case 0 -> {
                java = mbuf.prepend(bytes);
                c = CProbe.prepend(theirs, bytes);
              }
              case 1 -> {
                java = mbuf.adjust(bytes);
                c = CProbe.adjust(theirs, bytes);
              }
              default -> {
                java = mbuf.append(bytes);
                c = CProbe.append(theirs, bytes);
              }
            }
            refused += java == 0 ? 1 : 0;
            assertThat(offset(java, ours)).isEqualTo(offset(c, theirs));
            for (int field : new int[] {1, 2, 3, 4}) {
              assertThat(CProbe.get(ours, field)).isEqualTo(CProbe.get(theirs, field));
            }
            assertThat(mbuf.tailroom()).isEqualTo((int) CProbe.get(ours, 4));
          }
          assertThat(refused).isPositive();
        });
  }

  /** From the start of the buffer; -1 for a refusal. */
  private static long offset(long address, long mbuf) {
    long buffer = CProbe.get(mbuf, 0) - CProbe.get(mbuf, 3);
    return address == 0 ? -1 : address - buffer;
  }

  @Test
  void referencesAreCountedAtomically() {
    withBuffers(
        () -> {
          mbuf.wrap(burst.get(0));
          assertThat(mbuf.references()).isEqualTo(1);
          assertThat(mbuf.addReferences(3)).isEqualTo(4);
          assertThat(mbuf.addReferences(-2)).isEqualTo(2);
          assertThat(CProbe.get(mbuf.address(), 8)).isEqualTo(2);
          assertThat(mbuf.headroom()).as("its neighbour").isEqualTo(RteMbuf.HEADROOM);

          Thread[] owners = new Thread[4];
          for (int i = 0; i < owners.length; i++) {
            long address = burst.get(0);
            owners[i] = new Thread(() -> count(new Mbuf().wrap(address)));
            owners[i].start();
          }
          for (Thread owner : owners) {
            owner.join();
          }
          assertThat(mbuf.references()).isEqualTo(2);
          assertThat(mbuf.headroom()).isEqualTo(RteMbuf.HEADROOM);
        });
  }

  private static void count(Mbuf shared) {
    for (int i = 0; i < 100_000; i++) {
      shared.addReferences(i % 2 == 0 ? 1 : -1);
    }
  }
}
