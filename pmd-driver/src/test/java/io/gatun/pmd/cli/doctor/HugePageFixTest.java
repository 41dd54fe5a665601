package io.gatun.pmd.cli.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatun.pmd.cli.doctor.Finding.Status;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HugePageFixTest {
  private static final String MOUNTED = "hugetlbfs /dev/hugepages hugetlbfs rw 0 0";

  @TempDir Path root;
  private final List<List<String>> commands = new ArrayList<>();
  private FakeHost host;

  @BeforeEach
  void makeHost() {
    host = new FakeHost(root).with("proc/meminfo", "MemAvailable:   16777216 kB");
  }

  private List<Finding> fix() {
    return new HugePageFix(host.files(), commands::add).run();
  }

  @Test
  void changesNothingWhereNothingIsShort() {
    host.withPages(0, 2048, 256, 256).with("proc/mounts", MOUNTED);
    assertThat(fix()).isEmpty();
    assertThat(commands).isEmpty();
    assertThat(host.reservedPages(0, 2048)).isEqualTo("256");
  }

  @Test
  void reservesOneGigabyteOnEveryShortNode() {
    host.withPages(0, 2048, 0, 0).withPages(1, 2048, 100, 30).withPages(2, 2048, 400, 400);
    host.with("proc/mounts", MOUNTED);
    assertThat(fix()).extracting(Finding::status).containsExactly(Status.OK, Status.OK);
    assertThat(host.reservedPages(0, 2048)).isEqualTo("512");
    // 30 of 100 are free, so 482 more make 512 free ones.
    assertThat(host.reservedPages(1, 2048)).isEqualTo("582");
    assertThat(host.reservedPages(2, 2048)).isEqualTo("400");
  }

  @Test
  void saysWhatItChangedAndHowToUndoIt() {
    host.withPages(0, 2048, 7, 0).with("proc/mounts", MOUNTED);
    Path setting =
        root.resolve("sys/devices/system/node/node0/hugepages/hugepages-2048kB/nr_hugepages");
    assertThat(fix())
        .containsExactly(
            Finding.ok(
                "fix: huge pages",
                "node 0: 519 pages of 2 MB instead of 7; undo: echo 7 > " + setting));
  }

  @Test
  void largerPagesCount() {
    host.withPages(0, 2048, 0, 0).withPages(0, 1048576, 1, 1).with("proc/mounts", MOUNTED);
    assertThat(fix()).isEmpty();
    assertThat(host.reservedPages(0, 2048)).isEqualTo("0");
  }

  @Test
  void takesNoMoreThanHalfOfTheAvailableMemory() {
    host.with("proc/meminfo", "MemAvailable:   819200 kB"); // 800 MB
    host.withPages(0, 2048, 0, 0).withPages(1, 2048, 0, 0).with("proc/mounts", MOUNTED);
    fix();
    assertThat(host.reservedPages(0, 2048)).isEqualTo("100");
    assertThat(host.reservedPages(1, 2048)).isEqualTo("100");
  }

  @Test
  void withoutNumaTheWholeMachineIsOneNode() {
    String pool = "sys/kernel/mm/hugepages/hugepages-2048kB";
    host.with(pool + "/nr_hugepages", "0").with(pool + "/free_hugepages", "0");
    host.with("proc/mounts", MOUNTED);
    assertThat(fix()).extracting(Finding::status).containsExactly(Status.OK);
    assertThat(host.files().text(pool + "/nr_hugepages")).isEqualTo("512");
  }

  @Test
  void aReservationThatCannotBeWrittenFails() throws Exception {
    host.withPages(0, 2048, 0, 0).with("proc/mounts", MOUNTED);
    // A folder in the file's place refuses a write even for root.
    Path setting =
        root.resolve("sys/devices/system/node/node0/hugepages/hugepages-2048kB/nr_hugepages");
    Files.delete(setting);
    Files.createDirectory(setting);
    Finding finding = fix().getFirst();
    assertThat(finding.status()).isEqualTo(Status.FAIL);
    assertThat(finding.detail()).startsWith("cannot write " + setting);
    assertThat(finding.remedy()).contains("sudo");
  }

  @Test
  void aReservationThatTheKernelDoesNotGrantFails() {
    // No memory to spare: the number stays what it was.
    host.with("proc/meminfo", "MemAvailable:   0 kB");
    host.withPages(0, 2048, 5, 0).with("proc/mounts", MOUNTED);
    Finding finding = fix().getFirst();
    assertThat(finding.status()).isEqualTo(Status.FAIL);
    assertThat(finding.detail()).contains("5 pages of 2 MB instead of 5");
  }

  @Test
  void memoryIsCompactedBeforeItIsGivenUp() throws Exception {
    host.withPages(0, 2048, 0, 0).with("proc/mounts", MOUNTED);
    host.with("proc/sys/vm/compact_memory", "");
    // A setting that forgets what is written, as the kernel's does when it finds no memory.
    Path setting =
        root.resolve("sys/devices/system/node/node0/hugepages/hugepages-2048kB/nr_hugepages");
    Files.delete(setting);
    Files.createSymbolicLink(setting, Path.of("/dev/null"));
    assertThat(fix()).extracting(Finding::status).containsExactly(Status.FAIL);
    Files.delete(setting);
    assertThat(host.files().text("proc/sys/vm/compact_memory")).isEqualTo("1");
  }

  @Test
  void mountsHugetlbfsWhereThereIsNoneWithoutAShell() {
    host.withPages(0, 2048, 256, 256).with("proc/mounts", "proc /proc proc rw 0 0");
    String folder = root.resolve("dev/hugepages").toString();
    assertThat(fix())
        .containsExactly(
            Finding.ok(
                "fix: hugetlbfs", "mounted on %s; undo: umount %s".formatted(folder, folder)));
    assertThat(commands)
        .containsExactly(
            List.of("mount", "-t", "hugetlbfs", "-o", "pagesize=2M", "hugetlbfs", folder));
    assertThat(root.resolve("dev/hugepages")).isDirectory();
  }

  @Test
  void aFailedMountIsAFailureWithWhatMountSaid() {
    host.withPages(0, 2048, 256, 256);
    List<Finding> findings =
        new HugePageFix(
                host.files(),
                command -> {
                  throw new IOException("mount ended with 32: permission denied");
                })
            .run();
    assertThat(findings).hasSize(1);
    assertThat(findings.getFirst().status()).isEqualTo(Status.FAIL);
    assertThat(findings.getFirst().detail()).contains("mount ended with 32: permission denied");
  }

  @Test
  void programsReportsWhatAFailingProgramPrinted() {
    assertThat(catchFailure(List.of("ls", "/nonexistent-gatun")))
        .contains("ls ended with 2", "/nonexistent-gatun");
    assertThat(catchFailure(List.of("/nonexistent-gatun"))).contains("/nonexistent-gatun");
    assertThat(catchFailure(List.of("true"))).isEmpty();
  }

  private static String catchFailure(List<String> command) {
    try {
      Programs.run(command);
      return "";
    } catch (IOException e) {
      return String.valueOf(e.getMessage());
    }
  }
}
