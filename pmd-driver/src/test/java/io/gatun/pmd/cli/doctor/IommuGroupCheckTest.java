package io.gatun.pmd.cli.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatun.pmd.cli.doctor.Finding.Status;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IommuGroupCheckTest {
  private static final String BUS = "sys/bus/pci/devices/";
  private static final String PORT = "0000:00:1c.0";
  private static final String NIC = "0000:01:00.0";
  private static final String OTHER = "0000:01:00.1";

  @TempDir Path root;
  private FakeHost host;

  /** A NIC below a port, as sysfs has them: a tree, and links into it. */
  @BeforeEach
  void makeHost() {
    host = new FakeHost(root);
    String real = "../../../devices/pci0000:00/" + PORT;
    host.withFolder("sys/devices/pci0000:00/" + PORT + "/" + NIC);
    host.withLink(BUS + PORT, real).withLink(BUS + NIC, real + "/" + NIC);
    host.with(BUS + PORT + "/class", "0x060400").withNic(NIC);
    group(PORT, 5);
    group(NIC, 6);
  }

  private void group(String address, int group) {
    host.withLink(BUS + address + "/iommu_group", "../../../kernel/iommu_groups/" + group);
    host.withFolder("sys/kernel/iommu_groups/" + group + "/devices/" + address);
  }

  private void acs(int capability, int control) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(4096).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putInt(0x100, 1 << 16 | 0x0d).putShort(0x104, (short) capability);
    bytes.putShort(0x106, (short) control);
    Files.write(root.resolve(BUS + PORT + "/config"), bytes.array());
  }

  private List<Finding> run() {
    return new IommuGroupCheck().run(host.files());
  }

  @Test
  void withoutAnIommuThereIsNothingToSay(@TempDir Path other) {
    assertThat(new IommuGroupCheck().run(new FakeHost(other).withNic(NIC).files())).isEmpty();
  }

  @Test
  void aNicAloneBelowAPortWithAcsIsOk() throws IOException {
    acs(0x1f, 0x1d);
    assertThat(run())
        .containsExactly(
            Finding.ok("IOMMU groups", "each alone in its group: " + NIC),
            Finding.ok("ACS", "on at the ports above NICs: " + PORT));
  }

  @Test
  void aNicThatSharesItsGroupIsAWarningAndTheMissingAcsToo() throws IOException {
    acs(0x1f, 0);
    host.with(BUS + OTHER + "/class", "0x010000");
    host.withFolder("sys/kernel/iommu_groups/6/devices/" + OTHER);
    assertThat(run()).extracting(Finding::status).containsExactly(Status.WARN, Status.WARN);
    assertThat(run().getFirst().subject()).isEqualTo("IOMMU group 6");
    assertThat(run().getFirst().detail()).contains(NIC).contains(OTHER);
    assertThat(run().getLast().detail()).contains(PORT);
    assertThat(run().getLast().remedy()).contains("ACS");
  }

  @Test
  void aBridgeInTheGroupDoesNotCount() throws IOException {
    acs(0, 0);
    host.withFolder("sys/kernel/iommu_groups/6/devices/" + PORT);
    assertThat(run()).extracting(Finding::status).containsExactly(Status.OK, Status.OK);
  }

  @Test
  void whatOnlyRootCanReadIsSaid() throws IOException {
    Files.write(root.resolve(BUS + PORT + "/config"), new byte[64]);
    assertThat(run().getLast().remedy()).isEqualTo("sudo gatun doctor");
  }
}
