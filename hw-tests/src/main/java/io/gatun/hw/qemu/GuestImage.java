package io.gatun.hw.qemu;

import java.nio.file.Path;

/**
 * What a guest boots, as {@code ensure_guest} of {@code scripts/lib/qemu.sh} has made it.
 *
 * @param folder holds kernel, initramfs and modules
 */
public record GuestImage(Path folder) {
  public static final String VARIABLE = "GATUN_GUEST";

  public static boolean isNamed() {
    return System.getenv(VARIABLE) != null;
  }

  public static GuestImage fromEnvironment() {
    return new GuestImage(Path.of(System.getenv().getOrDefault(VARIABLE, "")));
  }

  /** The kernel as an ELF image, which starts without unpacking itself. */
  public Path kernel() {
    return folder.resolve("vmlinux");
  }

  public Path initramfs() {
    return folder.resolve("initramfs.cpio");
  }

  /** For {@code modprobe -d}; the guest sees the folder at the same path. */
  public Path modules() {
    return folder.resolve("modules");
  }

  /** The root of machines inside of others; it has this whole folder, but itself. */
  public Path innerRoot() {
    return folder.resolve("root.erofs");
  }

  /** The program that runs commands in the guest. */
  public static Path agent() {
    return Path.of(System.getProperty("gatun.root", ".."))
        .toAbsolutePath()
        .normalize()
        .resolve("scripts/lib/guest-agent.sh");
  }
}
