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

  /** The name of the port of a machine's own agent. */
  static final String AGENT = "agent";

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
          "panic=-1",
          // Buses that do not exist need not be looked for, which takes a third machine 10 s.
          "pci=lastbus=0");

  private int disks;

  /**
   * Without what is slower than nothing when emulated: string instructions go byte by byte, and a
   * fifth level of page tables is walked for nothing, by each hypervisor inside once more.
   */
  private static final String CPU = "max,erms=off,fsrm=off,la57=off";

  private final List<String> line = new ArrayList<>(List.of(PROGRAM));

  private QemuCommandLine() {}

  /**
   * The whole line.
   *
   * @param folder where the console's log, the captures, QMP's and the agents' sockets go
   * @param ports of agents: this machine's, and of those inside of it
   * @param disks images, in the order in which the machine sees them
   */
  static List<String> of(
      GuestImage image,
      GuestConfig config,
      Path folder,
      List<Wire> wires,
      List<String> ports,
      List<Path> disks) {
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
    command.add("-qmp", "unix:" + qmp(folder) + ",server=on,wait=off");
    command.add("-device", "virtio-serial");
    for (String port : ports) {
      command.add("-chardev", "socket,id=%s,path=%s".formatted(port, socket(folder, port)));
      command.add("-device", "virtserialport,chardev=%1$s,name=%1$s".formatted(port));
    }
    for (Path disk : disks) {
      command.disk(disk.toString());
    }
    return List.copyOf(command.line);
  }

  /**
   * A machine inside of another, under KVM. Left out is what nothing here looks at, but what would
   * take time at every start.
   *
   * @param dist where Gatun is, in every machine
   */
  static List<String> inner(GuestImage image, InnerMachine machine, Path dist) {
    QemuCommandLine command = new QemuCommandLine();
    command.add("-M", "q35,kernel-irqchip=split,hpet=off,smbus=off,sata=off,usb=off,vmport=off");
    command.add("-accel", "kvm", "-cpu", "host", "-smp", "1", "-m", machine.megabytes() + "M");
    command.add(BARE);
    // With interrupt remapping, without which VFIO is not to be had; it needs the split irqchip.
    command.add("-device", "intel-iommu,intremap=on,caching-mode=on");
    List<String> arguments = new ArrayList<>(KERNEL_ARGUMENTS);
    arguments.add("hugepages=" + machine.hugePages());
    arguments.add("gatun.agent=" + QemuGuest.SHARE + "/" + AGENT);
    arguments.add("gatun.dist=" + dist);
    command.boot(image, arguments);
    command.disk("/dev/vda");
    command.disk("/dev/vdb");
    for (int port = 1; port <= HOT_PLUG_PORTS; port++) {
      command.add("-device", "pcie-root-port,id=port%1$d,chassis=%1$d,slot=%1$d".formatted(port));
    }
    command.add("-virtfs", "local,path=" + machine.share() + ",mount_tag=share," + PLAIN);
    command.add("-serial", "file:" + machine.share().resolve("console"));
    command.add("-qmp", "unix:" + InnerMachine.qmp(machine.name()) + ",server=on,wait=off");
    command.add("-device", "virtio-serial");
    command.port("pipe", machine.agentPort(), AGENT);
    for (String name : machine.inside()) {
      command.port("pipe", InnerMachine.agentPort(name), InnerMachine.agentPort(name));
    }
    command.add(
        "-chardev",
        "socket,id=extender,server=on,wait=off,path=" + InnerMachine.extender(machine.name()),
        "-device",
        "virtserialport,chardev=extender,name=io.gatun.extender");
    return List.copyOf(command.line);
  }

  /** What comes in at a port of this machine goes on to one of the machine's inside. */
  private void port(String kind, String here, String inside) {
    add("-chardev", "%1$s,id=%2$s,path=/dev/virtio-ports/%2$s".formatted(kind, here));
    add("-device", "virtserialport,chardev=%s,name=%s".formatted(here, inside));
  }

  private static final int HOT_PLUG_PORTS = 3;
  private static final String[] BARE = {
    "-nodefaults", "-no-user-config", "-display", "none", "-vga", "none", "-no-reboot"
  };
  private static final String PLAIN = "security_model=none";

  /** One virtual CPU: more make the emulator no faster. */
  private void machine(GuestConfig config) {
    add("-M", "q35", "-accel", "tcg,thread=multi,tb-size=512", "-cpu", CPU, "-smp", "1");
    add("-m", config.megabytes() + "M");
    add(BARE);
    // Before the devices that it is to translate for.
    add("-device", "intel-iommu,intremap=on,caching-mode=on,device-iotlb=on");
  }

  private void kernel(GuestImage image, GuestConfig config) {
    List<String> arguments = new ArrayList<>(KERNEL_ARGUMENTS);
    arguments.add("hugepages=" + config.hugePages());
    arguments.add("gatun.agent=" + GuestImage.agent());
    boot(image, arguments);
  }

  private void boot(GuestImage image, List<String> arguments) {
    add("-kernel", image.kernel().toString(), "-initrd", image.initramfs().toString());
    add("-append", String.join(" ", arguments));
  }

  private void nic(int nic, Wire wire, Path capture) {
    add("-netdev", "dgram,id=net%d,%s".formatted(nic, wire.netdev()));
    add("-object", "filter-dump,id=dump%1$d,netdev=net%1$d,file=%2$s".formatted(nic, capture));
    add("-device", "pcie-root-port,id=port%d,chassis=%d,slot=%<d".formatted(nic, nic + 1));
    String mac = GuestConfig.mac(nic);
    add("-device", "igb,id=nic%1$d,bus=port%1$d,netdev=net%1$d,mac=%2$s".formatted(nic, mac));
  }

  private void disk(String image) {
    int number = disks++;
    add("-drive", "if=none,id=disk%d,format=raw,readonly=on,file=%s".formatted(number, image));
    add("-device", "virtio-blk-pci,drive=disk" + number);
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

  static Path socket(Path folder, String port) {
    return folder.resolve(port);
  }

  static Path qmp(Path folder) {
    return folder.resolve("qmp");
  }

  static Path capture(Path folder, int nic) {
    return folder.resolve("nic" + nic + ".pcap");
  }
}
