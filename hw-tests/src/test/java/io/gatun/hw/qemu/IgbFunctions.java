package io.gatun.hw.qemu;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** The functions of {@link IgbGuest}'s NICs that DPDK drives, three of a kind. */
enum IgbFunctions {
  /** Physical functions: the NICs 0 to 2. */
  PHYSICAL("net_e1000_igb", 0),
  /** The first virtual function of each of the NICs 3 to 5, which the kernel's igb drives. */
  VIRTUAL("net_e1000_igb_vf", 3);

  /** How many of a kind there are. */
  static final int COUNT = 3;

  /** NICs in the guest. */
  static final int NICS = 2 * COUNT;

  private final String driver;
  private final int firstNic;

  IgbFunctions(String driver, int firstNic) {
    this.driver = driver;
    this.firstNic = firstNic;
  }

  /** DPDK's driver of it. */
  String driver() {
    return driver;
  }

  /** The NIC that a port is a function of. */
  int nic(int port) {
    return firstNic + port;
  }

  /** PCI address of a port. */
  String address(int port) {
    String physical = GuestConfig.address(nic(port));
    return this == PHYSICAL ? physical : physical.replace(":00.0", ":10.0");
  }

  /** Lets EAL take these functions and no others. */
  List<String> allowed() {
    return IntStream.range(0, COUNT).mapToObj(port -> "--allow=" + address(port)).toList();
  }

  /** All of EAL's arguments. */
  String[] ealArguments() {
    return Stream.concat(GuestGatun.ealArguments().stream(), allowed().stream())
        .toArray(String[]::new);
  }

  /** A port's own address. */
  String mac(int port) {
    return this == PHYSICAL ? GuestConfig.mac(port) : "02:00:00:00:00:%02x".formatted(port + 1);
  }

  /** What a port's NIC is plugged into. */
  Wire wire(QemuGuest guest, int port) {
    return guest.wire(nic(port));
  }

  /** What a port's NIC has received and sent. */
  Path capture(QemuGuest guest, int port) {
    return guest.capture(nic(port));
  }

  /** Frames that port 0 receives: a virtual function has no promiscuous mode. */
  List<byte[]> frames(int count) {
    List<byte[]> frames = NumberedFrames.of(count);
    if (this == VIRTUAL) {
      for (byte[] frame : frames) {
        String[] mac = mac(0).split(":", -1);
        for (int i = 0; i < mac.length; i++) {
          frame[i] = (byte) Integer.parseInt(mac[i], 16);
        }
      }
    }
    return frames;
  }
}
