package io.gatun.offload.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.gatun.pmd.MacAddress;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ForwardingTableTest {
  private static final int OPERATIONS = 400_000;
  private static final MacAddress STATION = MacAddress.parse("02:00:00:00:00:07");
  private static final long MAC = STATION.littleEndian();

  private final ForwardingTable table = new ForwardingTable(64);

  /** What a table must do, in a few obvious lines. */
  private static final class Model {
    record Entry(int remote, int seen, boolean fixed) {}

    final Map<Long, Entry> entries = new HashMap<>();
    final int limit;

    Model(int limit) {
      this.limit = limit;
    }

    boolean learn(long key, int remote, int now) {
      Entry entry = entries.get(key);
      if (entry != null && entry.fixed()) {
        return entry.remote() == remote;
      }
      if (entry == null && entries.size() == limit) {
        return false;
      }
      entries.put(key, new Entry(remote, now, false));
      return true;
    }

    int age(int now, int maxAge) {
      int before = entries.size();
      entries.values().removeIf(e -> !e.fixed() && now - e.seen() >= maxAge);
      return before - entries.size();
    }
  }

  /**
   * Random operations on few stations, so that the table is often full and probes are long; seed 0
   * gives a hash multiplier of 1, which maps many keys to one slot.
   */
  @ParameterizedTest
  @CsvSource({"0, 64, 40", "1, 64, 100", "2, 1024, 700", "3, 4096, 10000"})
  void theTableDoesWhatAMapDoes(long seed, int capacity, int stations) {
    SplittableRandom random = new SplittableRandom(seed);
    ForwardingTable tested = new ForwardingTable(capacity, seed == 0 ? 0 : random.nextLong());
    Model model = new Model(capacity / 2);
    int now = 0;
    for (int i = 0; i < OPERATIONS; i++) {
      int tenant = random.nextInt(3) * 32767;
      long mac = 0x02L | random.nextLong(stations) << 32;
      long key = (long) tenant << 48 | mac;
      int what = random.nextInt(1000);
      now += what == 0 ? 1 : 0;
      if (what < 5) {
        int maxAge = random.nextInt(5);
        assertThat(tested.age(now, maxAge, capacity)).isEqualTo(model.age(now, maxAge));
      } else if (what < 100) {
        assertThat(tested.remove(tenant, mac)).isEqualTo(model.entries.remove(key) != null);
      } else if (what < 102 && (model.entries.containsKey(key) || tested.size() < capacity / 2)) {
        tested.addStatic(tenant, macAddress(mac), what);
        model.entries.put(key, new Model.Entry(what, 0, true));
      } else if (what < 600) {
        int remote = random.nextInt(4);
        assertThat(tested.learn(tenant, mac, remote, now)).isEqualTo(model.learn(key, remote, now));
      } else {
        Model.Entry entry = model.entries.get(key);
        assertThat(tested.lookup(tenant, mac))
            .isEqualTo(entry == null ? ForwardingTable.NONE : entry.remote());
      }
      assertThat(tested.size()).isEqualTo(model.entries.size());
    }
    model.entries.forEach(
        (key, entry) ->
            assertThat(tested.lookup((int) (key >>> 48), key & 0xffff_ffff_ffffL))
                .isEqualTo(entry.remote()));
    assertThat(tested.learned()).isGreaterThan(OPERATIONS / 100);
    assertThat(tested.moved()).isPositive();
    assertThat(tested.aged()).isPositive();
    assertThat(tested.staticViolations()).isPositive();
  }

  private static MacAddress macAddress(long littleEndian) {
    return new MacAddress(Long.reverseBytes(littleEndian) >>> 16);
  }

  @Test
  void aStationIsLearnedMovedAndForgotten() {
    assertThat(table.lookup(1, MAC)).isEqualTo(ForwardingTable.NONE);
    assertThat(table.learn(1, MAC, 3, 100)).isTrue();
    assertThat(table.lookup(1, MAC)).isEqualTo(3);
    assertThat(table.lookup(2, MAC)).as("another tenant").isEqualTo(ForwardingTable.NONE);

    assertThat(table.learn(1, MAC, 4, 130)).isTrue();
    assertThat(table.lookup(1, MAC)).isEqualTo(4);
    assertThat(table.moved()).isEqualTo(1);

    assertThat(table.age(189, 60, 64)).as("59 s after it was heard").isZero();
    assertThat(table.age(190, 60, 64)).isEqualTo(1);
    assertThat(table.lookup(1, MAC)).isEqualTo(ForwardingTable.NONE);
    assertThat(table.size()).isZero();
    assertThat(table.aged()).isEqualTo(1);
  }

  @Test
  void ageingGoesOnWhereItEnded() {
    for (int i = 0; i < 32; i++) {
      table.learn(0, MAC + ((long) i << 40), 0, 0);
    }
    int forgotten = 0;
    for (int i = 0; i < 8; i++) {
      forgotten += table.age(1000, 1, 8);
    }
    assertThat(forgotten).isEqualTo(32);
  }

  @Test
  void aStaticStationNeitherMovesNorAges() {
    table.addStatic(1, STATION, 5);
    assertThat(table.learn(1, MAC, 6, 10)).isFalse();
    assertThat(table.learn(1, MAC, 5, 10)).isTrue();
    assertThat(table.age(1_000_000, 1, 64)).isZero();
    assertThat(table.lookup(1, MAC)).isEqualTo(5);
    assertThat(table.staticViolations()).isEqualTo(1);
    assertThat(table.remove(1, MAC)).isTrue();
    assertThat(table.lookup(1, MAC)).isEqualTo(ForwardingTable.NONE);
  }

  @Test
  void aStationThatWasLearnedBecomesStatic() {
    table.learn(1, MAC, 6, 10);
    table.addStatic(1, STATION, 5);
    assertThat(table.lookup(1, MAC)).isEqualTo(5);
    assertThat(table.age(1_000_000, 1, 64)).isZero();
    assertThat(table.size()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"ff:ff:ff:ff:ff:ff", "01:00:5e:00:00:01", "00:00:00:00:00:00"})
  void nobodyHasSuchAnAddress(String text) {
    MacAddress mac = MacAddress.parse(text);
    assertThat(table.learn(65535, mac.littleEndian(), 1, 1)).isFalse();
    assertThat(table.refusedSources()).isEqualTo(1);
    assertThat(table.lookup(65535, mac.littleEndian())).isEqualTo(ForwardingTable.NONE);
    assertThat(table.remove(65535, mac.littleEndian())).isFalse();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> table.addStatic(0, mac, 1))
        .withMessageContaining(text);
  }

  @Test
  void aFullTableLearnsNobodyElse() {
    for (int i = 0; i < 32; i++) {
      assertThat(table.learn(0, MAC + ((long) i << 40), i, 0)).isTrue();
    }
    long other = MAC + (99L << 40);
    assertThat(table.learn(0, other, 1, 0)).isFalse();
    assertThat(table.full()).isEqualTo(1);
    assertThat(table.learn(0, MAC, 9, 0)).as("one that is there").isTrue();
    assertThatIllegalStateException()
        .isThrownBy(() -> table.addStatic(0, macAddress(other), 1))
        .withMessageContaining("32 entries");
  }

  /** With a multiplier of 1 the low keys of tenant 0 all have slot 0 as their home. */
  @Test
  void noEntryLiesFurtherFromHomeThanALookupGoes() {
    ForwardingTable tested = new ForwardingTable(1024, 0);
    int learned = 0;
    for (int i = 1; i <= 400; i++) {
      learned += tested.learn(0, 2L * i << 8, 1, 0) ? 1 : 0;
    }
    assertThat(learned).isEqualTo(ForwardingTable.MAX_PROBES);
    assertThat(tested.full()).isEqualTo(400 - ForwardingTable.MAX_PROBES);
    for (int i = 1; i <= 400; i++) {
      assertThat(tested.lookup(0, 2L * i << 8)).isEqualTo(i <= learned ? 1 : ForwardingTable.NONE);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 8, 48, 1 << 25})
  void wrongCapacitiesAreRefusedWithTheRange(int capacity) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new ForwardingTable(capacity))
        .withMessageContaining("%d slots are not a power of two in [16, 16777216]", capacity);
  }
}
