package io.gatun.nest.sysfs;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A function of a {@link FakeMachine}, physical or virtual. */
final class FakeDevice {
  final PciAddress address;
  final String kernelDriver;
  final @Nullable FakeDevice physical;
  final int index;
  final String interfaceName;
  @Nullable String driver;
  @Nullable String override;
  int total = -1;
  boolean autoprobe = true;
  final List<PciAddress> vfs = new ArrayList<>();
  final List<FakeLinks.Vf> settings = new ArrayList<>();

  FakeDevice(
      PciAddress address,
      String kernelDriver,
      @Nullable FakeDevice physical,
      int index,
      String interfaceName) {
    this.address = address;
    this.kernelDriver = kernelDriver;
    this.physical = physical;
    this.index = index;
    this.interfaceName = interfaceName;
  }
}
