package io.gatun.nest.sysfs;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The files below a root: {@code /} of this machine, or a tree that a test has made. Every path is
 * relative to it, such as {@code sys/bus/pci/devices}. Any thread.
 *
 * <p>What cannot be read counts as absent: kernels and containers differ in what they show, and a
 * device may go while it is looked at.
 */
public final class HostTree {
  private final Path root;
  private final Writer writer;

  /** Writes an attribute: the whole text in one call, as the kernel wants it. */
  @FunctionalInterface
  public interface Writer {
    void write(Path file, String text) throws IOException;
  }

  /**
   * @param root the folder that stands for {@code /}
   * @param writer how an attribute is written; a test's behaves like a kernel
   */
  public HostTree(Path root, Writer writer) {
    this.root = root;
    this.writer = writer;
  }

  /** This machine. */
  public static HostTree ofMachine() {
    return new HostTree(Path.of("/"), new KernelWriter());
  }

  Path file(String path) {
    return root.resolve(path);
  }

  /** Whether there is such a file, folder or link, whatever the link points to. */
  public boolean exists(String path) {
    return Files.exists(root.resolve(path), LinkOption.NOFOLLOW_LINKS);
  }

  boolean isReadable(String path) {
    return Files.isReadable(root.resolve(path));
  }

  /** The bytes of a file; none where it cannot be read. */
  public byte[] bytes(String path) {
    try {
      return Files.readAllBytes(root.resolve(path));
    } catch (IOException e) {
      return new byte[0];
    }
  }

  /** The text without blanks at its ends; null where there is none. */
  public @Nullable String text(String path) {
    try {
      return new String(Files.readAllBytes(root.resolve(path)), StandardCharsets.UTF_8).strip();
    } catch (IOException e) {
      return null;
    }
  }

  /** The text, or {@code otherwise}. */
  public String text(String path, String otherwise) {
    String text = text(path);
    return text == null ? otherwise : text;
  }

  /** The decimal number, or with {@code 0x} the hexadecimal one; {@code otherwise} without one. */
  public int number(String path, int otherwise) {
    try {
      return Integer.decode(text(path, ""));
    } catch (NumberFormatException e) {
      return otherwise;
    }
  }

  /** The names in a folder, vf2 before vf10; none where there is no such folder. */
  public List<String> names(String path) {
    try (Stream<Path> files = Files.list(root.resolve(path))) {
      return files
          .map(file -> String.valueOf(file.getFileName()))
          .sorted(Comparator.comparingInt(String::length).thenComparing(Comparator.naturalOrder()))
          .toList();
    } catch (IOException e) {
      return List.of();
    }
  }

  /** What a symbolic link holds; null where there is no link. */
  public @Nullable String linkText(String path) {
    try {
      return Files.readSymbolicLink(root.resolve(path)).toString();
    } catch (IOException e) {
      return null;
    }
  }

  /** The last name of what a symbolic link holds; null where there is no link. */
  public @Nullable String linkedName(String path) {
    String target = linkText(path);
    return target == null ? null : target.substring(target.lastIndexOf('/') + 1);
  }

  /** The names on the way from the root to where a file really lies; none where it is absent. */
  public List<String> realPath(String path) {
    try {
      Path real = root.toRealPath().relativize(root.resolve(path).toRealPath());
      return Stream.iterate(0, i -> i < real.getNameCount(), i -> i + 1)
          .map(i -> real.getName(i).toString())
          .toList();
    } catch (IOException e) {
      return List.of();
    }
  }

  /**
   * Writes an attribute.
   *
   * @throws IOException with the kernel's words ({@link KernelWords#of})
   */
  void write(String path, String text) throws IOException {
    writer.write(root.resolve(path), text);
  }
}
