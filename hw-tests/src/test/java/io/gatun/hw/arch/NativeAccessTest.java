package io.gatun.hw.arch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.classfile.Attributes;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.MethodModel;
import java.lang.classfile.constantpool.MemberRefEntry;
import java.lang.classfile.constantpool.PoolEntry;
import java.lang.reflect.AccessFlag;
import java.net.URI;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Only native-bindings touches native code, and nothing calls it in a way that holds up the JVM.
 *
 * <p>Which methods are restricted is read from the JDK itself: they carry the annotation {@code
 * jdk.internal.javac.Restricted}. A class that calls one, or makes a method reference of it, has it
 * in its constant pool.
 */
class NativeAccessTest {
  private static final String RESTRICTED = "Ljdk/internal/javac/Restricted;";
  private static final String CRITICAL = "java.lang.foreign.Linker$Option.critical";

  /** Expressions that no module but the bindings may have, and the last one not even they. */
  private static final List<String> FORBIDDEN =
      List.of(
          "java.lang.foreign.MemorySegment.NULL.reinterpret(8)",
          "java.lang.foreign.Linker.nativeLinker()"
              + ".downcallHandle(java.lang.foreign.FunctionDescriptor.ofVoid())",
          "java.lang.foreign.Linker.nativeLinker().upcallStub(null, null, null)",
          "java.lang.foreign.SymbolLookup.libraryLookup(\"x\", null)",
          "java.lang.foreign.ValueLayout.ADDRESS.withTargetLayout(null)",
          "((Runnable) () -> System.load(\"x\"))",
          "((java.util.function.Consumer<String>) System::loadLibrary)",
          "((Runnable) () -> Runtime.getRuntime().load(\"x\"))",
          "((Runnable) () -> ((ModuleLayer.Controller) null).enableNativeAccess(null))",
          "java.lang.foreign.Linker.Option.critical(false)");

  private static final Set<String> RESTRICTED_METHODS = restrictedMethods();

  @Test
  void theJdkSaysWhatIsRestricted() {
    assertThat(RESTRICTED_METHODS)
        .contains(
            "java.lang.foreign.MemorySegment.reinterpret",
            "java.lang.foreign.Linker.downcallHandle",
            "java.lang.foreign.Linker.upcallStub",
            "java.lang.foreign.SymbolLookup.libraryLookup",
            "java.lang.foreign.AddressLayout.withTargetLayout",
            "java.lang.ModuleLayer$Controller.enableNativeAccess",
            "java.lang.System.load",
            "java.lang.System.loadLibrary",
            "java.lang.Runtime.load",
            "java.lang.Runtime.loadLibrary")
        .allMatch(name -> name.startsWith("java.lang."));
  }

  @Test
  void onlyTheBindingsTouchNativeCode() {
    Collection<ClassModel> classes = ClassFiles.modelsOfGatun().values();

    assertThat(violations(classes)).isEmpty();
    // They do, so the rule is not blind.
    assertThat(classes).filteredOn(NativeAccessTest::isBinding).anyMatch(c -> touches(c) != null);
  }

  @Test
  void nativeAccessOutsideTheBindingsIsRejected(@TempDir Path directory) {
    List<String> sources = new ArrayList<>();
    for (String expression : FORBIDDEN) {
      sources.add(canary("io.gatun.pmd.c" + sources.size(), expression));
    }
    new Canary(directory).compile(sources.toArray(String[]::new));

    for (ClassModel canary : ClassFiles.models(directory).values()) {
      assertThat(violations(List.of(canary))).hasSize(1);
    }
    assertThat(violations(ClassFiles.models(directory).values())).hasSameSizeAs(FORBIDDEN);
  }

  @Test
  void nativeMethodsAreRejected(@TempDir Path directory) {
    new Canary(directory)
        .compile("package io.gatun.mirror; class Canary { static native int call(); }");

    assertThat(violations(ClassFiles.models(directory).values()))
        .containsExactly("io.gatun.mirror.Canary has a native method");
  }

  @Test
  void criticalCallsAreRejectedInTheBindingsToo(@TempDir Path directory) {
    String expression = "java.lang.foreign.Linker.Option.critical(true)";
    assertThat(violations(compile("io.gatun.bindings", expression, directory)))
        .containsExactly("io.gatun.bindings.Canary calls " + CRITICAL);
  }

  @Test
  void memoryWithoutNativeAccessIsAccepted(@TempDir Path directory) {
    String expression = "java.lang.foreign.Arena.global().allocate(8).asSlice(4).fill((byte) 1)";
    assertThat(violations(compile("io.gatun.pmd", expression, directory))).isEmpty();
  }

  private static Collection<ClassModel> compile(String home, String expression, Path directory) {
    return ClassFiles.models(new Canary(directory).compile(canary(home, expression))).values();
  }

  private static String canary(String home, String expression) {
    return "package %s; class Canary { static Object call() { return %s; } }"
        .formatted(home, expression);
  }

  private static List<String> violations(Collection<ClassModel> classes) {
    List<String> violations = new ArrayList<>();
    for (ClassModel type : classes) {
      String name = javaName(type.thisClass().asInternalName());
      if (refersTo(type, Set.of(CRITICAL)) != null) {
        violations.add(name + " calls " + CRITICAL);
      }
      if (isBinding(type)) {
        continue;
      }
      String restricted = touches(type);
      if (restricted != null) {
        violations.add(name + " calls " + restricted);
      }
      for (MethodModel method : type.methods()) {
        if (method.flags().has(AccessFlag.NATIVE)) {
          violations.add(name + " has a native method");
        }
      }
    }
    return violations;
  }

  private static boolean isBinding(ClassModel type) {
    return type.thisClass().asInternalName().startsWith("io/gatun/bindings/");
  }

  private static @Nullable String touches(ClassModel type) {
    return refersTo(type, RESTRICTED_METHODS);
  }

  /** The first of {@code methods} that the class calls or makes a method reference of. */
  private static @Nullable String refersTo(ClassModel type, Set<String> methods) {
    for (PoolEntry entry : type.constantPool()) {
      if (entry instanceof MemberRefEntry member) {
        String name = javaName(member.owner().asInternalName()) + "." + member.name().stringValue();
        if (methods.contains(name)) {
          return name;
        }
      }
    }
    return null;
  }

  private static String javaName(String internalName) {
    return internalName.replace('/', '.');
  }

  private static Set<String> restrictedMethods() {
    Path base = FileSystems.getFileSystem(URI.create("jrt:/")).getPath("/modules/java.base");
    Set<String> methods = new TreeSet<>();
    for (String directory : List.of("java/lang", "java/lang/foreign")) {
      try (Stream<Path> files = Files.list(base.resolve(directory))) {
        for (Path file : files.filter(f -> f.toString().endsWith(".class")).toList()) {
          addRestricted(ClassFile.of().parse(file), methods);
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return methods;
  }

  private static void addRestricted(ClassModel type, Set<String> methods) {
    for (MethodModel method : type.methods()) {
      if (isRestricted(method)) {
        String owner = javaName(type.thisClass().asInternalName());
        methods.add(owner + "." + method.methodName().stringValue());
      }
    }
  }

  private static boolean isRestricted(MethodModel method) {
    return method
        .findAttribute(Attributes.runtimeVisibleAnnotations())
        .map(a -> a.annotations().stream())
        .orElseGet(Stream::empty)
        .anyMatch(a -> a.className().stringValue().equals(RESTRICTED));
  }
}
