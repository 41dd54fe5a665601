package io.gatun.pmd;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Notices that the kernel's interface behind a net_tap port was deleted, which the driver does not
 * tell. The kernel shows the interface of an open tun file in {@code /proc/self/fdinfo}
 * (drivers/net/tun.c, {@code tun_chr_show_fdinfo}) as long as it lives, also when it has been
 * renamed or moved to another network namespace.
 */
final class TapDevice {
  private static final Path TUN = Path.of("/dev/net/tun");

  private final List<Path> fdinfos;

  private TapDevice(List<Path> fdinfos) {
    this.fdinfos = fdinfos;
  }

  /** The tap whose interface has this index in the process's network namespace. */
  static TapDevice ofInterface(int index) {
    try (DirectoryStream<Path> interfaces = Files.newDirectoryStream(Path.of("/sys/class/net"))) {
      for (Path entry : interfaces) {
        Path ifindex = entry.resolve("ifindex");
        if (Files.exists(ifindex)
            && Files.readString(ifindex).strip().equals(Integer.toString(index))) {
          return open(String.valueOf(entry.getFileName()));
        }
      }
    } catch (IOException e) {
      // As below: nothing can be noticed then.
      return new TapDevice(List.of());
    }
    return new TapDevice(List.of());
  }

  private static TapDevice open(String interfaceName) {
    List<Path> found = new ArrayList<>();
    try (DirectoryStream<Path> fds = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
      for (Path fd : fds) {
        Path info = Path.of("/proc/self/fdinfo", String.valueOf(fd.getFileName()));
        if (isTun(fd) && interfaceName.equals(attached(info))) {
          found.add(info);
        }
      }
    } catch (IOException e) {
      // Without /proc nothing can be noticed; isGone() then stays false.
      return new TapDevice(List.of());
    }
    return new TapDevice(found);
  }

  /** Whether every file that was attached to the interface has lost it. */
  boolean isGone() {
    for (Path info : fdinfos) {
      if (!attached(info).isEmpty()) {
        return false;
      }
    }
    return !fdinfos.isEmpty();
  }

  private static boolean isTun(Path fd) {
    try {
      return Files.readSymbolicLink(fd).equals(TUN);
    } catch (IOException e) {
      return false; // closed meanwhile
    }
  }

  private static String attached(Path info) {
    try {
      for (String line : Files.readAllLines(info)) {
        if (line.startsWith("iff:")) {
          return line.substring(4).strip();
        }
      }
    } catch (IOException e) {
      return ""; // closed meanwhile
    }
    return "";
  }
}
