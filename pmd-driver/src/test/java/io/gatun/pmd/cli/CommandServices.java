package io.gatun.pmd.cli;

import java.io.IOException;
import java.io.InputStream;
import java.lang.module.ModuleDescriptor;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Shows ServiceLoader the commands that module-info provides, on the class path too, where tests
 * run and where it would look for META-INF/services.
 */
final class CommandServices implements AutoCloseable {
  private final ClassLoader before = Thread.currentThread().getContextClassLoader();
  private final URLClassLoader loader;

  /** Writes the service file below {@code folder}; until {@link #close} this thread sees it. */
  CommandServices(Path folder) throws IOException {
    write(folder);
    loader = new URLClassLoader(new URL[] {folder.toUri().toURL()}, before);
    Thread.currentThread().setContextClassLoader(loader);
  }

  /** Makes {@code folder} an element of the class path that has the commands. */
  static void write(Path folder) throws IOException {
    Path services = Files.createDirectories(folder.resolve("META-INF/services"));
    Files.write(services.resolve(Command.class.getName()), provided());
  }

  /** The classes that module-info provides as commands. */
  static List<String> provided() throws IOException {
    return descriptor().provides().stream()
        .filter(provides -> provides.service().equals(Command.class.getName()))
        .flatMap(provides -> provides.providers().stream())
        .toList();
  }

  /** The module as it was compiled. */
  static ModuleDescriptor descriptor() throws IOException {
    URL classes = Main.class.getProtectionDomain().getCodeSource().getLocation();
    try (InputStream in = URI.create(classes + "module-info.class").toURL().openStream()) {
      return ModuleDescriptor.read(in);
    }
  }

  @Override
  public void close() throws IOException {
    Thread.currentThread().setContextClassLoader(before);
    loader.close();
  }
}
