package io.gatun.pmd.cli.doctor;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A machine made of files, for checks to look at. */
final class FakeHost {
  private final HostFiles files;

  FakeHost(Path root) {
    files = new HostFiles(root);
  }

  HostFiles files() {
    return files;
  }

  /** Writes a file, and the folders above it. */
  FakeHost with(String path, String text) {
    try {
      Files.createDirectories(files.path(path).getParent());
      Files.writeString(files.path(path), text + "\n");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return this;
  }

  FakeHost withFolder(String path) {
    try {
      Files.createDirectories(files.path(path));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return this;
  }

  FakeHost withLink(String path, String target) {
    try {
      Files.createDirectories(files.path(path).getParent());
      Files.createSymbolicLink(files.path(path), Path.of(target));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return this;
  }

  /** Huge pages of one size on a node that has memory. */
  FakeHost withPages(int node, long pageKilobytes, long total, long free) {
    String folder = "sys/devices/system/node/node" + node;
    String pool = folder + "/hugepages/hugepages-" + pageKilobytes + "kB";
    with(folder + "/meminfo", "Node " + node + " MemTotal:       16384000 kB");
    with(pool + "/nr_hugepages", Long.toString(total));
    return with(pool + "/free_hugepages", Long.toString(free));
  }

  /** What {@link #withPages} made of {@code nr_hugepages}. */
  String reservedPages(int node, long pageKilobytes) {
    return files.text(
        "sys/devices/system/node/node%d/hugepages/hugepages-%dkB/nr_hugepages"
            .formatted(node, pageKilobytes),
        "absent");
  }

  /** A network controller on the PCI bus, without a driver yet. */
  FakeHost withNic(String address) {
    String device = "sys/bus/pci/devices/" + address;
    with(device + "/class", "0x020000");
    with(device + "/vendor", "0x8086");
    return with(device + "/device", "0x1572");
  }

  FakeHost withDriver(String address, String driver) {
    return withLink(
        "sys/bus/pci/devices/" + address + "/driver", "../../../bus/pci/drivers/" + driver);
  }

  FakeHost withInterface(String address, String name, String operstate) {
    return with("sys/bus/pci/devices/" + address + "/net/" + name + "/operstate", operstate);
  }
}
