package io.gatun.hw.nest;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.gatun.hw.qemu.GuestException;
import io.gatun.hw.qemu.GuestGatun;
import io.gatun.hw.qemu.GuestImage;
import io.gatun.hw.qemu.InnerMachine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * What machines of a nest boot from: the cached image of their root, and one with Gatun as it was
 * just built and its AOT cache, which all have at the same path.
 */
final class NestImages implements AutoCloseable {
  private final GuestImage image;
  private final Path distribution;

  private NestImages(GuestImage image, Path distribution) {
    this.image = image;
    this.distribution = distribution;
  }

  /** Makes the image of the distribution. */
  static NestImages make() throws IOException, InterruptedException {
    // Made here, so that it gets into the image.
    List<String> _ = GuestGatun.commandLine("version");
    Path file = Files.createTempFile("gatun-dist", ".erofs");
    Process maker =
        new ProcessBuilder("mkfs.erofs", file.toString(), folder().toString())
            .redirectErrorStream(true)
            .start();
    String said = new String(maker.getInputStream().readAllBytes(), UTF_8);
    if (maker.waitFor() != 0) {
      Files.delete(file);
      throw new GuestException("mkfs.erofs: " + said);
    }
    return new NestImages(GuestImage.fromEnvironment(), file);
  }

  /** The folder with lib, which every level has. */
  private static Path folder() {
    return GuestGatun.LIBRARY.resolveSibling("").normalize();
  }

  GuestImage image() {
    return image;
  }

  Path distribution() {
    return distribution;
  }

  List<String> commandLine(InnerMachine machine) {
    return machine.commandLine(image, folder());
  }

  @Override
  public void close() throws IOException {
    Files.deleteIfExists(distribution);
  }
}
