package io.gatun.nest.extender;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gatun.nest.rpc.AssignRequest;
import io.gatun.nest.rpc.Hop;
import io.gatun.nest.rpc.Settings;
import io.gatun.nest.rpc.Topology;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JournalTest {
  @TempDir private Path directory;

  private static Lease lease(String name) {
    Settings settings = new Settings("52:54:00:00:00:01", 7, 1, null, 100, true, false, 1500);
    return new Lease(
        "l1",
        name,
        Phase.BINDING,
        Lease.Source.OWNED,
        settings,
        true,
        new Functions.Owned("0000:01:00.0", 3, "0000:01:10.6"),
        "0000:01:10.6",
        null,
        "02.0/00.0",
        List.of(new Hop("l0", "0000:01:10.6")),
        null,
        List.of("spoofCheck"),
        null,
        Settings.NONE,
        false);
  }

  @Test
  void theLastTopologySurvivesAndAShorterFileToo() throws IOException {
    Topology last =
        new Topology(List.of(new AssignRequest("eth0", Settings.NONE, true)), List.of());
    long longest = 0;
    try (FileStore store = new FileStore(file())) {
      Journal journal = Journal.open(store, "l2");
      assertThat(journal.isNew()).isTrue();
      assertThat(journal.topology()).isNull();
      journal.put(Topology.EMPTY);
      journal.put(last);
      assertThat(journal.isNew()).isFalse();
      for (int i = 0; i < 200; i++) { // long enough to be written anew
        journal.put(lease("a"));
        longest = Math.max(longest, Files.size(file()));
      }
      assertThat(Files.size(file())).isLessThan(longest);
    }
    try (FileStore store = new FileStore(file())) {
      assertThat(Journal.open(store, "l2").topology()).isEqualTo(last);
    }
  }

  private Path file() {
    return directory.resolve("journal");
  }

  @Test
  void leasesSurvive() throws IOException {
    try (FileStore store = new FileStore(file())) {
      Journal journal = Journal.open(store, "l0");
      journal.put(lease("a"));
      journal.put(lease("b"));
      journal.put(lease("a").at(Phase.ACTIVE));
      journal.remove("l1/b");
      journal.remove("l1/never");
    }
    try (FileStore store = new FileStore(file())) {
      assertThat(Journal.open(store, "l0").leases())
          .containsOnlyKeys("l1/a")
          .containsValue(lease("a").at(Phase.ACTIVE));
    }
  }

  /** Cut anywhere: what was acknowledged before the cut line is there, and it can be written on. */
  @Test
  void aTornTailIsCutOffWhereverItIsTorn() throws IOException {
    int before;
    try (FileStore store = new FileStore(file())) {
      Journal journal = Journal.open(store, "l0");
      journal.put(lease("a"));
      before = store.read().length;
      journal.put(lease("b"));
    }
    byte[] whole = Files.readAllBytes(file());
    for (int length = before; length < whole.length; length++) {
      Files.write(file(), Arrays.copyOf(whole, length));
      try (FileStore store = new FileStore(file())) {
        Journal journal = Journal.open(store, "l0");
        assertThat(journal.leases()).as("cut at %d", length).containsOnlyKeys("l1/a");
        journal.put(lease("c"));
      }
      try (FileStore store = new FileStore(file())) {
        assertThat(Journal.open(store, "l0").leases()).containsOnlyKeys("l1/a", "l1/c");
      }
    }
  }

  @Test
  void damageBeforeTheEndIsAnError() throws IOException {
    try (FileStore store = new FileStore(file())) {
      Journal journal = Journal.open(store, "l0");
      journal.put(lease("a"));
      journal.put(lease("b"));
    }
    byte[] bytes = Files.readAllBytes(file());
    int second = new String(bytes, java.nio.charset.StandardCharsets.UTF_8).indexOf('\n') + 40;
    bytes[second] ^= 1;
    Files.write(file(), bytes);

    try (FileStore store = new FileStore(file())) {
      assertThatThrownBy(() -> Journal.open(store, "l0"))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("record 2 is damaged")
          .hasMessageContaining("gatun vf list");
    }
  }

  @Test
  void anotherLevelsJournalIsRefused() throws IOException {
    try (FileStore store = new FileStore(file())) {
      Journal.open(store, "l0").put(lease("a"));
    }
    try (FileStore store = new FileStore(file())) {
      assertThatThrownBy(() -> Journal.open(store, "l1")).hasMessageContaining("is of level l0");
    }
  }

  @Test
  void twoExtendersCannotHaveOneJournal() throws IOException {
    try (FileStore store = new FileStore(file())) {
      assertThat(store.read()).isEmpty();
      assertThatThrownBy(() -> new FileStore(file())).hasMessageContaining("another extender");
    }
    new FileStore(file()).close();
  }

  @Test
  void aLongJournalIsWrittenAnew() throws IOException {
    try (FileStore store = new FileStore(file())) {
      Journal journal = Journal.open(store, "l0");
      journal.put(lease("keep"));
      for (int i = 0; i < 1000; i++) {
        journal.put(lease("a" + i));
        journal.remove("l1/a" + i);
      }
    }
    assertThat(Files.readAllLines(file()).size()).isLessThan(100);
    try (FileStore store = new FileStore(file())) {
      assertThat(Journal.open(store, "l0").leases()).containsOnlyKeys("l1/keep");
    }
  }

  /** A full disk: the call fails, what was written before stays, and later all is well again. */
  @Test
  void aFullDiskIsRefusedCleanly() throws IOException {
    for (int seed = 0; seed < 200; seed++) {
      SimDisk disk = new SimDisk(new Random(seed));
      Journal journal = Journal.open(disk.open(new SimProcess()), "l0");
      journal.put(lease("a"));
      disk.setFull(true);
      for (int i = 0; i < 3; i++) {
        assertThatThrownBy(() -> journal.put(lease("b"))).hasMessageContaining("No space");
      }
      assertThat(journal.leases()).containsOnlyKeys("l1/a");
      disk.setFull(false);
      journal.put(lease("c"));

      assertThat(Journal.open(disk.open(new SimProcess()), "l0").leases())
          .containsOnlyKeys("l1/a", "l1/c");
    }
  }

  /** Killed at every step of a put: afterwards the old or the new is there. */
  @Test
  void aKillAtAnyStepLeavesTheOldOrTheNew() throws IOException {
    for (int step = 1; step < 8; step++) {
      SimDisk disk = new SimDisk(new Random(step));
      Journal.open(disk.open(new SimProcess()), "l0").put(lease("a"));
      SimProcess process = new SimProcess();
      Journal journal = Journal.open(disk.open(process), "l0");
      process.killIn(step);
      boolean acknowledged = false;
      try {
        journal.put(lease("a").at(Phase.ACTIVE));
        acknowledged = true;
      } catch (SimKill e) {
        disk.tear();
      }

      Map<String, Lease> leases = Journal.open(disk.open(new SimProcess()), "l0").leases();
      Phase phase = Objects.requireNonNull(leases.get("l1/a")).phase();
      assertThat(phase).isIn(Phase.BINDING, Phase.ACTIVE);
      assertThat(!acknowledged || phase == Phase.ACTIVE).isTrue();
    }
  }
}
