package io.gatun.pmd.cli.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatun.pmd.cli.doctor.Finding.Status;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HugePagesCheckTest {
  @TempDir Path root;
  private FakeHost host;

  @BeforeEach
  void makeHost() {
    host = new FakeHost(root);
  }

  private List<Finding> run() {
    return new HugePagesCheck("the remedy").run(host.files());
  }

  @Test
  void enoughFreePagesAreOk() {
    host.withPages(0, 2048, 300, 256);
    assertThat(run())
        .containsExactly(Finding.ok("huge pages, node 0", "256 of 300 pages of 2 MB free: 512 MB"));
  }

  @Test
  void onePageTooFewIsAWarning() {
    host.withPages(0, 2048, 300, 255);
    assertThat(run())
        .containsExactly(
            Finding.warn(
                "huge pages, node 0",
                "255 of 300 pages of 2 MB free: 510 MB, less than 512 MB",
                "the remedy"));
  }

  @Test
  void noneReservedFails() {
    host.withPages(0, 2048, 0, 0).withPages(0, 1048576, 0, 0);
    assertThat(run()).hasSize(1);
    assertThat(run().getFirst().status()).isEqualTo(Status.FAIL);
    assertThat(run().getFirst().remedy()).isEqualTo("the remedy");
  }

  @Test
  void sizesOfANodeAreAddedUp() {
    host.withPages(0, 2048, 10, 10).withPages(0, 1048576, 2, 1);
    assertThat(run())
        .containsExactly(
            Finding.ok(
                "huge pages, node 0",
                "10 of 10 pages of 2 MB free, 1 of 2 pages of 1 GB free: 1044 MB"));
  }

  @Test
  void aNodeWithoutPagesIsAWarningWhenAnotherHasSome() {
    host.withPages(0, 2048, 512, 512).withPages(1, 2048, 0, 0);
    assertThat(run()).extracting(Finding::status).containsExactly(Status.OK, Status.WARN);
    assertThat(run().get(1).subject()).isEqualTo("huge pages, node 1");
  }

  @Test
  void nodesAreInTheOrderOfTheirNumbersAndThoseWithoutMemoryAreLeftOut() {
    host.withPages(10, 2048, 512, 512).withPages(2, 2048, 512, 512).withPages(1, 2048, 0, 0);
    host.with("sys/devices/system/node/node1/meminfo", "Node 1 MemTotal:       0 kB");
    assertThat(run())
        .extracting(Finding::subject)
        .containsExactly("huge pages, node 2", "huge pages, node 10");
  }

  @Test
  void aKernelWithoutNumaHasOnePlace() {
    String pool = "sys/kernel/mm/hugepages/hugepages-2048kB";
    host.with(pool + "/nr_hugepages", "512").with(pool + "/free_hugepages", "512");
    assertThat(run())
        .containsExactly(
            Finding.ok("huge pages, machine", "512 of 512 pages of 2 MB free: 1024 MB"));
  }

  @Test
  void aKernelWithoutHugePagesFails() {
    assertThat(run()).extracting(Finding::status).containsExactly(Status.FAIL);
    assertThat(run().getFirst().remedy()).contains("CONFIG_HUGETLBFS");
  }

  @Test
  void hugetlbfsMountedIsOk() {
    host.with(
        "proc/mounts",
        """
        proc /proc proc rw 0 0
        hugetlbfs /dev/hugepages hugetlbfs rw,pagesize=2M 0 0
        none /mnt/huge1g hugetlbfs rw,pagesize=1024M 0 0
        hugetlbfs /dev/hugepages hugetlbfs rw,pagesize=2M 0 0""");
    host.withFolder("dev/hugepages");
    assertThat(new HugetlbfsCheck("x").run(host.files()))
        .containsExactly(Finding.ok("hugetlbfs", "mounted on /dev/hugepages, /mnt/huge1g"));
  }

  @Test
  void hugetlbfsNotMountedIsAWarning() {
    host.with("proc/mounts", "tmpfs /dev/hugetlbfs tmpfs rw 0 0");
    Finding finding = new HugetlbfsCheck("the remedy").run(host.files()).getFirst();
    assertThat(finding.status()).isEqualTo(Status.WARN);
    assertThat(finding.remedy()).isEqualTo("the remedy");
  }

  @Test
  void hugetlbfsWhereTheUserMayNotWriteIsAWarning() {
    // Root may write anywhere that is: so the folder is missing here.
    host.with("proc/mounts", "hugetlbfs /dev/hugepages hugetlbfs rw 0 0");
    host.with("proc/self/status", "Uid:\t1000\t1000\t1000\t1000");
    Finding finding = new HugetlbfsCheck("the remedy").run(host.files()).getFirst();
    assertThat(finding.status()).isEqualTo(Status.WARN);
    assertThat(finding.remedy()).isEqualTo("sudo chown 1000 /dev/hugepages");
  }
}
