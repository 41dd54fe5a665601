package io.gatun.hw.qemu;

import java.nio.file.Path;
import java.util.List;

/**
 * A virtual machine inside of another. Names are unique in a nest.
 *
 * @param name of the machine
 * @param megabytes of memory, all of which VFIO maps at 4 to 6 s per GB
 * @param hugePages of 2 MB, taken from the memory at boot
 * @param inside names of all machines that will run in it, and in those
 */
public record InnerMachine(String name, int megabytes, int hugePages, List<String> inside) {
  /** Where a hypervisor has the sockets of its machines. */
  public static final Path SOCKETS = Path.of("/run/gatun");

  public InnerMachine {
    inside = List.copyOf(inside);
  }

  /**
   * What starts it, in its hypervisor.
   *
   * @param dist where Gatun is, in every machine
   */
  public List<String> commandLine(GuestImage image, Path dist) {
    return QemuCommandLine.inner(image, this, dist);
  }

  /** Where a machine's hypervisor speaks with QEMU. */
  public static Path qmp(String name) {
    return SOCKETS.resolve(name + ".qmp");
  }

  /** Where the extender of a machine's hypervisor speaks with the machine's. */
  public static Path extender(String name) {
    return SOCKETS.resolve(name + ".extender");
  }

  /** The port behind which its agent is, in every machine around it. */
  public String agentPort() {
    return agentPort(name);
  }

  /** The port behind which a machine's agent is, in every machine around it. */
  public static String agentPort(String name) {
    return QemuCommandLine.AGENT + "." + name;
  }

  /** The folder that it has at {@link QemuGuest#SHARE}, as its hypervisor sees it. */
  public Path share() {
    return Path.of(QemuGuest.SHARE, name);
  }
}
