package io.gatun.hw.qemu;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The outermost QEMU: a server with an SR-IOV NIC and an IOMMU, emulated (TCG), because KVM is not
 * to be had everywhere and the nested tests emulate the processor's virtualization as well.
 */
public final class QemuCommandLine {
  static final String PROGRAM = "qemu-system-x86_64";

  /**
   * Leaves out what costs the emulator time at boot and proves nothing: self-tests, measuring the
   * clocks, mitigations of flaws that an emulated processor does not have.
   */
  private static final List<String> KERNEL_ARGUMENTS =
      List.of(
          "console=ttyS0",
          "quiet",
          "loglevel=3",
          "intel_iommu=on",
          "iommu=pt",
          "nokaslr",
          "no_timer_check",
          "tsc=reliable",
          "cryptomgr.notests",
          "audit=0",
          "apparmor=0",
          "security=none",
          "nowatchdog",
          "mitigations=off",
          "panic=-1");

  private final List<String> line = new ArrayList<>(List.of(PROGRAM));

  private QemuCommandLine() {}

  /**
   * The whole line.
   *
   * @param folder where the console's log, the captures and the agent's socket go
   */
  static List<String> of(GuestImage image, GuestConfig config, Path folder, List<Wire> wires) {
    QemuCommandLine command = new QemuCommandLine();
    command.machine(config);
    command.kernel(image, config);
    for (int nic = 0; nic < config.nics(); nic++) {
      command.nic(nic, wires.get(nic), capture(folder, nic));
    }
    // One file system with everything on this machine, whatever is mounted where.
    command.add("-virtfs", "local,path=/,mount_tag=root,readonly=on,multidevs=remap," + PLAIN);
    command.add("-virtfs", "local,path=" + share(folder) + ",mount_tag=share," + PLAIN);
    command.add("-serial", "file:" + console(folder));
    command.add("-device", "virtio-serial");
    command.add("-chardev", "socket,id=agent,path=" + agentSocket(folder));
    command.add("-device", "virtserialport,chardev=agent,name=agent");
    return List.copyOf(command.line);
  }

  private static final String PLAIN = "security_model=none";

  /** One virtual CPU: more make the emulator no faster. */
  private void machine(GuestConfig config) {
    add("-M", "q35", "-accel", "tcg,thread=multi,tb-size=512", "-cpu", "max", "-smp", "1");
    add("-m", config.megabytes() + "M");
    add("-nodefaults", "-no-user-config", "-display", "none", "-vga", "none", "-no-reboot");
    // Before the devices that it is to translate for.
    add("-device", "intel-iommu,intremap=on,caching-mode=on,device-iotlb=on");
  }

  private void kernel(GuestImage image, GuestConfig config) {
    List<String> arguments = new ArrayList<>(KERNEL_ARGUMENTS);
    arguments.add("hugepages=" + config.hugePages());
    arguments.add("gatun.agent=" + GuestImage.agent());
    add("-kernel", image.kernel().toString(), "-initrd", image.initramfs().toString());
    add("-append", String.join(" ", arguments));
  }

  private void nic(int nic, Wire wire, Path capture) {
    add("-netdev", "dgram,id=net%d,%s".formatted(nic, wire.netdev()));
    add("-object", "filter-dump,id=dump%1$d,netdev=net%1$d,file=%2$s".formatted(nic, capture));
    add("-device", "pcie-root-port,id=port%d,chassis=%d,slot=%<d".formatted(nic, nic + 1));
    add("-device", "igb,bus=port%1$d,netdev=net%1$d,mac=%2$s".formatted(nic, GuestConfig.mac(nic)));
  }

  private void add(String... words) {
    line.addAll(List.of(words));
  }

  static Path console(Path folder) {
    return folder.resolve("console");
  }

  static Path share(Path folder) {
    return folder.resolve("share");
  }

  static Path agentSocket(Path folder) {
    return folder.resolve("agent");
  }

  static Path capture(Path folder, int nic) {
    return folder.resolve("nic" + nic + ".pcap");
  }
}
