package io.gatun.hw.arch;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.net.URI;
import java.net.URL;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** The class files that rules look at: Gatun's own, from folders or jars, without its tests. */
final class ClassFiles {
  private ClassFiles() {}

  /** Every class of every module, for ArchUnit. */
  static JavaClasses ofGatun() {
    return new ClassFileImporter()
        .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
        .withImportOption(location -> !location.contains("-tests.jar"))
        .importPackages("io.gatun");
  }

  /** The same as byte code, by internal name such as {@code io/gatun/pmd/Mbuf}. */
  static Map<String, ClassModel> modelsOfGatun() {
    Map<String, ClassModel> models = new TreeMap<>();
    ClassLoader loader = ClassFiles.class.getClassLoader();
    try {
      // Tests have no module descriptor, so their folder is not among these.
      for (URL url : Collections.list(loader.getResources("module-info.class"))) {
        URI uri = URI.create(url.toString());
        if (uri.getScheme().equals("jar")) {
          try (FileSystem jar = FileSystems.newFileSystem(uri, Map.of())) {
            read(jar.getPath("/"), models);
          }
        } else {
          read(Path.of(uri).resolveSibling(""), models);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return models;
  }

  /** The classes of a folder as byte code, by internal name. */
  static Map<String, ClassModel> models(Path directory) {
    Map<String, ClassModel> models = new TreeMap<>();
    try {
      read(directory, models);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return models;
  }

  private static void read(Path root, Map<String, ClassModel> models) throws IOException {
    Path gatun = root.resolve("io/gatun");
    if (!Files.isDirectory(gatun)) {
      return;
    }
    try (Stream<Path> files = Files.walk(gatun)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".class")).toList()) {
        ClassModel model = ClassFile.of().parse(Files.readAllBytes(file));
        models.put(model.thisClass().asInternalName(), model);
      }
    }
  }
}
