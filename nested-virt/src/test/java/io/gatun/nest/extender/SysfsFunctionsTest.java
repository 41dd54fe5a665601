package io.gatun.nest.extender;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gatun.nest.rpc.Settings;
import io.gatun.nest.sysfs.FakeMachine;
import io.gatun.nest.sysfs.PciAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SysfsFunctionsTest {
  private static final String FIRST = "0000:01:10.0";
  private static final Settings SETTINGS =
      new Settings("52:54:00:00:01:00", 100, 2, null, 500, false, true, null);

  @TempDir private Path root;

  private FakeMachine machine() {
    return new FakeMachine(root).withPhysical("0000:01:00.0", "enp1s0", 7);
  }

  private static SysfsFunctions functions(FakeMachine machine) {
    return new SysfsFunctions(machine.tree(), machine);
  }

  private static String driver(FakeMachine machine, String address) {
    return String.valueOf(machine.driver(PciAddress.parse(address)));
  }

  @Test
  void whatIsOwnedIsMadeOnceAndNotMadeAnew() throws Exception {
    FakeMachine machine = machine();
    SysfsFunctions functions = functions(machine);

    functions.own("enp1s0", 3);

    assertThat(functions.owned()).hasSize(3);
    assertThat(functions.owned().getFirst())
        .isEqualTo(new Functions.Owned("0000:01:00.0", 0, FIRST));
    int changes = machine.changes();
    functions(machine).own("0000:01:00.0", 3);
    assertThat(machine.changes()).isEqualTo(changes);
    assertThatThrownBy(() -> functions(machine).own("enp1s0", 8))
        .hasMessageContaining("8 is not in [0, 7]");
  }

  @Test
  void aFunctionGoesOutAndComesBackAsItWas() throws Exception {
    FakeMachine machine = machine();
    SysfsFunctions functions = functions(machine);
    functions.own("enp1s0", 2);
    String before = machine.snapshot();
    Functions.Owned first = functions.owned().getFirst();
    assertThat(functions.isFree(FIRST)).isTrue();

    for (int twice = 0; twice < 2; twice++) { // every step can be repeated
      assertThat(functions.configure(first, SETTINGS)).isEmpty();
      functions.bindVfio(FIRST);
    }
    assertThat(driver(machine, FIRST)).isEqualTo("vfio-pci");
    assertThat(functions.isVfio(FIRST)).isTrue();
    assertThat(functions.isFree(FIRST)).isFalse();
    assertThat(functions.isInUse(FIRST)).isFalse();
    assertThat(machine.snapshot()).contains("52:54:00:00:01:00");

    for (int twice = 0; twice < 2; twice++) {
      functions.restore(first);
      functions.bindKernel(FIRST);
    }
    assertThat(driver(machine, FIRST)).isEqualTo("igbvf");
    assertThat(functions.isFree(FIRST)).isTrue();
    assertThat(machine.snapshot()).isEqualTo(before);
  }

  @Test
  void whatTheDeviceIgnoresIsSaid() throws Exception {
    FakeMachine machine = machine().ignoring("trust").ignoring("max_tx_rate");
    SysfsFunctions functions = functions(machine);
    functions.own("enp1s0", 1);
    Settings trusted = new Settings("52:54:00:00:01:00", 100, 2, null, 500, true, true, 9000);

    assertThat(functions.configure(functions.owned().getFirst(), trusted))
        .contains("trust", "mtu")
        .doesNotContain("mac", "vlan");
  }

  @Test
  void aFunctionThatAMachineHoldsIsInUse() throws Exception {
    FakeMachine machine = machine();
    SysfsFunctions functions = functions(machine);
    functions.own("enp1s0", 1);
    functions.bindVfio(FIRST);
    machine.heldBy(FIRST, 4711, "qemu-system-x86", "l1");

    assertThat(functions.isInUse(FIRST)).isTrue();
    assertThatThrownBy(() -> functions.bindKernel(FIRST))
        .isInstanceOf(Functions.FunctionException.class)
        .hasMessageContaining("in use by process 4711");
  }

  @Test
  void aFunctionThatTheKernelHasNoDriverForIsLeftFree() throws Exception {
    FakeMachine machine = machine();
    SysfsFunctions functions = functions(machine);
    functions.own("enp1s0", 1);
    functions.bindVfio(FIRST);
    machine.without("igbvf");

    functions.bindKernel(FIRST);

    assertThat(machine.driver(PciAddress.parse(FIRST))).isNull();
    assertThat(functions.isFree(FIRST)).isTrue();
    functions.bindVfio(FIRST);
    assertThat(functions.isVfio(FIRST)).isTrue();
  }

  @Test
  void aFunctionWhoseKernelInterfaceIsUsedIsNotFree() throws Exception {
    FakeMachine machine = machine();
    SysfsFunctions functions = functions(machine);
    functions.own("enp1s0", 1);
    machine.withAddress("enp1s0v0", "192.0.2.1/24", true);

    assertThat(functions.isFree(FIRST)).isFalse();
    assertThat(functions.isInUse(FIRST)).as("through VFIO").isFalse();
  }

  @Test
  void whatIsNotThereIsSaid() throws Exception {
    FakeMachine machine = new FakeMachine(root);
    SysfsFunctions functions = functions(machine);

    assertThat(functions.owned()).isEmpty();
    assertThat(functions.missing()).contains("no IOMMU is on").contains("gatun doctor");
    assertThat(functions.isPresent(FIRST)).isFalse();
    assertThat(functions.isFree(FIRST)).isFalse();
    assertThat(functions.isInUse(FIRST)).isFalse();
    assertThatThrownBy(() -> functions.bindVfio(FIRST))
        .isInstanceOf(Functions.FunctionException.class);
    machine.withPlain("0000:02:00.0", "enp2s0");
    assertThat(functions.missing()).isNull();
  }

  /** The kernel's own layout: a device's folder lies in that of the bridge above it. */
  @Test
  void aFunctionIsFoundBelowItsRootPort() throws Exception {
    Path devices = Files.createDirectories(root.resolve("sys/bus/pci/devices"));
    Path bus0 = root.resolve("sys/devices/pci0000:00");
    for (String path : new String[] {"0000:00:02.0", "0000:00:02.1"}) {
      Path port = Files.createDirectories(bus0.resolve(path));
      Files.createSymbolicLink(devices.resolve(path), port);
    }
    Path function = Files.createDirectories(bus0.resolve("0000:00:02.1/0000:05:00.0"));
    Files.createSymbolicLink(devices.resolve("0000:05:00.0"), function);
    Files.createDirectories(function.resolve("net/eth0"));
    Files.createDirectories(root.resolve("sys/class/net/eth0"));
    Files.writeString(root.resolve("sys/class/net/eth0/address"), "52:54:00:00:01:00\n");
    SysfsFunctions functions =
        new SysfsFunctions(
            new io.gatun.nest.sysfs.HostTree(root, (file, text) -> {}),
            command -> {
              throw new java.io.IOException("no programs here");
            });

    assertThat(functions.at("02.1/00.0"))
        .contains(new Functions.Found("0000:05:00.0", "52:54:00:00:01:00"));
    assertThat(functions.at("02.0/00.0")).isEmpty();
    assertThat(functions.at("02.1/00.1")).isEmpty();
    assertThat(functions.at("nonsense")).isEmpty();
  }
}
