package io.gatun.hw.arch;

import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import java.io.IOException;
import java.io.InputStream;
import java.lang.module.ModuleDescriptor;
import java.net.URL;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The module picture of the design holds, in the packages and in every {@code module-info}. */
class ModulePictureTest {
  private static final String BINDINGS = "io.gatun.bindings";
  private static final String GEN = "io.gatun.bindings.gen";
  private static final String PMD = "io.gatun.pmd";
  private static final String OFFLOAD = "io.gatun.offload";
  private static final String MIRROR = "io.gatun.mirror";
  private static final String NEST = "io.gatun.nest";
  private static final String HW = "io.gatun.hw";

  /** Which modules of Gatun each one may require. */
  private static final Map<String, Set<String>> PICTURE =
      Map.of(
          BINDINGS, Set.of(),
          PMD, Set.of(BINDINGS),
          OFFLOAD, Set.of(BINDINGS, PMD),
          MIRROR, Set.of(BINDINGS, PMD),
          NEST, Set.of(BINDINGS, PMD),
          HW, Set.of(BINDINGS, PMD, OFFLOAD, MIRROR, NEST));

  private static final ArchRule PACKAGES =
      layeredArchitecture()
          .consideringOnlyDependenciesInAnyPackage("io.gatun..")
          .withOptionalLayers(true)
          .layer("gen")
          .definedBy(GEN + "..")
          .layer("native-bindings")
          .definedBy(BINDINGS)
          .layer("pmd-driver")
          .definedBy(PMD + "..")
          .layer("offload")
          .definedBy(OFFLOAD + "..")
          .layer("mirror")
          .definedBy(MIRROR + "..")
          .layer("nested-virt")
          .definedBy(NEST + "..")
          .layer("hw-tests")
          .definedBy(HW + "..")
          .whereLayer("gen")
          .mayNotAccessAnyLayer()
          .whereLayer("native-bindings")
          .mayOnlyAccessLayers("gen")
          .whereLayer("pmd-driver")
          .mayOnlyAccessLayers("native-bindings")
          .whereLayer("offload")
          .mayOnlyAccessLayers("native-bindings", "pmd-driver")
          .whereLayer("mirror")
          .mayOnlyAccessLayers("native-bindings", "pmd-driver")
          .whereLayer("nested-virt")
          .mayOnlyAccessLayers("native-bindings", "pmd-driver")
          .whereLayer("hw-tests")
          .mayOnlyAccessLayers("native-bindings", "pmd-driver", "offload", "mirror", "nested-virt")
          .ensureAllClassesAreContainedInArchitecture();

  /** From one package to another. */
  private static final List<List<String>> WRONG_EDGES =
      List.of(
          List.of("io.gatun.offload", "io.gatun.mirror"),
          List.of("io.gatun.offload", "io.gatun.nest"),
          List.of("io.gatun.mirror", "io.gatun.offload"),
          List.of("io.gatun.mirror", "io.gatun.nest"),
          List.of("io.gatun.nest", "io.gatun.offload"),
          List.of("io.gatun.nest", "io.gatun.mirror"),
          List.of("io.gatun.pmd", "io.gatun.mirror"),
          List.of("io.gatun.pmd.forward", "io.gatun.offload"),
          List.of("io.gatun.bindings", "io.gatun.pmd"),
          List.of("io.gatun.bindings.gen", "io.gatun.bindings"),
          List.of("io.gatun.pmd", "io.gatun.bindings.gen"),
          List.of("io.gatun.hw", "io.gatun.bindings.gen"),
          List.of("io.gatun.nest", "io.gatun.hw"),
          List.of("io.gatun.elsewhere", "io.gatun.pmd"));

  private static final List<List<String>> RIGHT_EDGES =
      List.of(
          List.of("io.gatun.bindings", "io.gatun.bindings.gen"),
          List.of("io.gatun.pmd.cli", "io.gatun.pmd"),
          List.of("io.gatun.pmd", "io.gatun.bindings"),
          List.of("io.gatun.pmd.wire", "io.gatun.pmd"),
          List.of("io.gatun.mirror", "io.gatun.bindings"),
          List.of("io.gatun.hw", "io.gatun.nest"));

  private static final ArchRule NO_CYCLES =
      slices().matching("io.gatun.(**)").should().beFreeOfCycles();

  @Test
  void packagesKeepThePictureWithoutCycles() {
    JavaClasses classes = ClassFiles.ofGatun();

    PACKAGES.check(classes);
    NO_CYCLES.check(classes);
    assertThat(classes.containPackage(GEN)).isTrue();
    assertThat(classes.containPackage(NEST)).isTrue();
  }

  @Test
  void edgesThatThePictureHasNotAreRejected(@TempDir Path directory) {
    JavaClasses classes = compile(WRONG_EDGES, directory);

    for (int i = 0; i < WRONG_EDGES.size(); i++) {
      assertThat(PACKAGES.evaluate(edge(i, classes)).hasViolation())
          .as(WRONG_EDGES.get(i).toString())
          .isTrue();
    }
  }

  @Test
  void edgesOfThePictureAreAccepted(@TempDir Path directory) {
    JavaClasses classes = compile(RIGHT_EDGES, directory);

    for (int i = 0; i < RIGHT_EDGES.size(); i++) {
      assertThat(PACKAGES.evaluate(edge(i, classes)).hasViolation())
          .as(RIGHT_EDGES.get(i).toString())
          .isFalse();
    }
  }

  @Test
  void aCycleIsRejected(@TempDir Path directory) {
    new Canary(directory)
        .compile(
            "package io.gatun.pmd.a; public class A { io.gatun.pmd.b.B b; }",
            "package io.gatun.pmd.b; public class B { io.gatun.pmd.a.A a; }");

    JavaClasses classes = new ClassFileImporter().importPath(directory);
    assertThat(NO_CYCLES.evaluate(classes).hasViolation()).isTrue();
  }

  /** For each edge a class {@code From<number>} that uses a class {@code To<number>}. */
  private static JavaClasses compile(List<List<String>> edges, Path directory) {
    List<String> sources = new ArrayList<>();
    for (int i = 0; i < edges.size(); i++) {
      String to = edges.get(i).getLast();
      sources.add("package %s; public class To%d {}".formatted(to, i));
      sources.add(
          "package %s; class From%d { Object to = new %s.To%d(); }"
              .formatted(edges.get(i).getFirst(), i, to, i));
    }
    return new ClassFileImporter()
        .importPath(new Canary(directory).compile(sources.toArray(String[]::new)));
  }

  private static JavaClasses edge(int number, JavaClasses classes) {
    List<String> names = List.of("From" + number, "To" + number);
    return classes.that(
        DescribedPredicate.describe("edge", type -> names.contains(type.getSimpleName())));
  }

  @Test
  void moduleDescriptorsKeepThePicture() throws IOException {
    Map<String, ModuleDescriptor> modules = descriptors();

    assertThat(modules.keySet()).isEqualTo(PICTURE.keySet());
    assertThat(modules.values()).flatMap(ModulePictureTest::violations).isEmpty();
  }

  @Test
  void descriptorsThatBreakThePictureAreRejected() {
    assertThat(violations(ModuleDescriptor.newModule(MIRROR).requires(OFFLOAD).build()))
        .containsExactly("io.gatun.mirror must not require io.gatun.offload");
    assertThat(violations(ModuleDescriptor.newModule(BINDINGS).requires("java.sql").build()))
        .containsExactly("io.gatun.bindings must not require java.sql");
    assertThat(violations(ModuleDescriptor.newModule("io.gatun.more").build()))
        .containsExactly("io.gatun.more is not in the picture");
    assertThat(violations(ModuleDescriptor.newModule(BINDINGS).exports(GEN, Set.of(PMD)).build()))
        .containsExactly("io.gatun.bindings must keep io.gatun.bindings.gen to itself");
    assertThat(violations(ModuleDescriptor.newModule(BINDINGS).opens(GEN).build()))
        .containsExactly("io.gatun.bindings must keep io.gatun.bindings.gen to itself");
    assertThat(violations(ModuleDescriptor.newOpenModule(BINDINGS).packages(Set.of(GEN)).build()))
        .containsExactly("io.gatun.bindings must keep io.gatun.bindings.gen to itself");
    assertThat(violations(ModuleDescriptor.newModule(BINDINGS).exports(BINDINGS).build()))
        .containsExactly("io.gatun.bindings must export io.gatun.bindings to Gatun's modules only");
    assertThat(
            violations(
                ModuleDescriptor.newModule(OFFLOAD).requires(PMD).requires("java.base").build()))
        .isEmpty();
  }

  private static List<String> violations(ModuleDescriptor module) {
    String name = module.name();
    Set<String> allowed = PICTURE.get(name);
    if (allowed == null) {
      return List.of(name + " is not in the picture");
    }
    List<String> violations = new ArrayList<>();
    for (ModuleDescriptor.Requires requires : module.requires()) {
      String other = requires.name();
      boolean gatun = other.startsWith("io.gatun.");
      // The bindings know nothing but Java and C; what the others use outside Gatun is their
      // affair.
      boolean plain = other.equals("java.base") || other.equals("org.jspecify");
      if (gatun ? !allowed.contains(other) : name.equals(BINDINGS) && !plain) {
        violations.add(name + " must not require " + other);
      }
    }
    boolean leaks =
        module.isOpen() && module.packages().contains(GEN)
            || module.exports().stream().anyMatch(e -> e.source().equals(GEN))
            || module.opens().stream().anyMatch(o -> o.source().equals(GEN));
    if (leaks) {
      violations.add(name + " must keep " + GEN + " to itself");
    }
    for (ModuleDescriptor.Exports exports : module.exports()) {
      boolean toGatun =
          exports.isQualified() && exports.targets().stream().allMatch(PICTURE::containsKey);
      if (exports.source().equals(BINDINGS) && !toGatun) {
        violations.add(name + " must export " + BINDINGS + " to Gatun's modules only");
      }
    }
    return violations;
  }

  private static Map<String, ModuleDescriptor> descriptors() throws IOException {
    Map<String, ModuleDescriptor> found = new TreeMap<>();
    ClassLoader loader = ModulePictureTest.class.getClassLoader();
    for (URL url : Collections.list(loader.getResources("module-info.class"))) {
      try (InputStream in = url.openStream()) {
        ModuleDescriptor module = ModuleDescriptor.read(in);
        if (module.name().startsWith("io.gatun.")) {
          found.put(module.name(), module);
        }
      }
    }
    return found;
  }
}
