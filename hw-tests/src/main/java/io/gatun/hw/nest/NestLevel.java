package io.gatun.hw.nest;

import io.gatun.hw.qemu.GuestCommand;
import io.gatun.hw.qemu.GuestConfig;
import io.gatun.hw.qemu.GuestException;
import io.gatun.hw.qemu.GuestImage;
import io.gatun.hw.qemu.GuestShell;
import io.gatun.hw.qemu.InnerMachine;
import io.gatun.hw.qemu.QemuGuest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A machine of a nest: the outermost one, or one inside of another. Used by one thread. */
public final class NestLevel {
  private static final int BOOT_SECONDS = 180;

  private final QemuGuest outermost;
  private final NestImages images;
  private final String name;
  private final GuestShell shell;
  private final @Nullable GuestCommand qemu;

  private NestLevel(
      QemuGuest outermost,
      NestImages images,
      String name,
      GuestShell shell,
      @Nullable GuestCommand qemu) {
    this.outermost = outermost;
    this.images = images;
    this.name = name;
    this.shell = shell;
    this.qemu = qemu;
  }

  /**
   * Boots the outermost machine.
   *
   * @param inside names of all machines that will run in it, and in those
   */
  static NestLevel boot(NestImages images, GuestConfig config, List<String> inside) {
    GuestImage image = images.image();
    QemuGuest guest =
        QemuGuest.start(
            image,
            config,
            inside.stream().map(InnerMachine::agentPort).toList(),
            List.of(image.innerRoot(), images.distribution()));
    NestLevel level = new NestLevel(guest, images, "l0", guest.shell(), null);
    level.prepare();
    return level;
  }

  /** Starts a machine in this one; {@link #awaitReady} waits for it. */
  public NestLevel start(InnerMachine machine) {
    Path share = shell.share().resolve(machine.name());
    try {
      Files.createDirectory(share);
      Files.copy(GuestImage.agent(), share.resolve("agent"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    GuestCommand started = shell.start(images.commandLine(machine).toArray(String[]::new));
    GuestShell inner =
        new GuestShell(
            outermost.agent(machine.agentPort()),
            share,
            () -> QemuGuest.tail(share.resolve("console")) + started.errors());
    started.whenEnded(inner::end);
    return new NestLevel(outermost, images, machine.name(), inner, started);
  }

  /** Waits until this machine takes commands. */
  public NestLevel awaitReady() {
    shell.awaitReady(BOOT_SECONDS);
    prepare();
    return this;
  }

  /** Interfaces that come up say nothing by themselves: what is counted on them is somebody's. */
  private void prepare() {
    shell.run("mkdir", InnerMachine.SOCKETS.toString());
    shell.write("/proc/sys/net/ipv6/conf/default/disable_ipv6", "1");
  }

  /** Its name: the outermost one is l0. */
  public String name() {
    return name;
  }

  /** For commands in it. */
  public GuestShell shell() {
    return shell;
  }

  /** Loads modules of its kernel, each with its options. */
  public void loadModules(String... modules) {
    for (String module : modules) {
      List<String> line = new ArrayList<>(List.of("modprobe", "-d"));
      line.add(images.image().modules().toString());
      line.addAll(List.of(module.split(" ", -1)));
      shell.run(line.toArray(String[]::new));
    }
  }

  /** Packets received and sent so far, by the name of the network interface. */
  public Map<String, Long> packets() {
    String all =
        shell.run(
            "sh",
            "-c",
            "for d in /sys/class/net/*; do"
                + " echo ${d##*/} $(($(cat $d/statistics/rx_packets)"
                + " + $(cat $d/statistics/tx_packets))); done");
    Map<String, Long> packets = new TreeMap<>();
    for (String line : all.lines().toList()) {
      String[] words = line.split(" ", -1);
      packets.put(words[0], Long.parseLong(words[1]));
    }
    return packets;
  }

  /** Ends this machine as pulling its plug would. */
  public void kill() {
    if (qemu == null) {
      throw new GuestException(name + " ends with the nest");
    }
    qemu.signal("KILL");
    qemu.exitStatus();
  }

  QemuGuest outermost() {
    return outermost;
  }
}
