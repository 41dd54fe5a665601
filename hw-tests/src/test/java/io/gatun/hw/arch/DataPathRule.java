package io.gatun.hw.arch;

import java.lang.classfile.Attributes;
import java.lang.classfile.ClassModel;
import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeModel;
import java.lang.classfile.MethodModel;
import java.lang.classfile.Opcode;
import java.lang.classfile.attribute.RuntimeInvisibleAnnotationsAttribute;
import java.lang.classfile.constantpool.ClassEntry;
import java.lang.classfile.instruction.ConstantInstruction.LoadConstantInstruction;
import java.lang.classfile.instruction.InvokeDynamicInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.classfile.instruction.LineNumber;
import java.lang.classfile.instruction.MonitorInstruction;
import java.lang.classfile.instruction.NewMultiArrayInstruction;
import java.lang.classfile.instruction.NewObjectInstruction;
import java.lang.classfile.instruction.NewPrimitiveArrayInstruction;
import java.lang.classfile.instruction.NewReferenceArrayInstruction;
import java.lang.constant.DynamicConstantDesc;
import java.lang.reflect.AccessFlag;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What {@code io.gatun.pmd.DataPath} promises, checked in the byte code: no allocation, no lock, no
 * log, nothing that blocks, in what carries the mark and in everything of Gatun that it calls.
 *
 * <p>From the marked methods the rule follows every call inside {@code io.gatun}, and a virtual
 * call to every implementation there is. A class that carries the mark stands for all its methods
 * but constructors: objects are made before the loop starts. Calls into the JDK are refused unless
 * {@link HarmlessCalls} has them.
 */
final class DataPathRule {
  private static final String MARK = "Lio/gatun/pmd/DataPath;";
  private static final String GATUN = "io/gatun/";

  /** A method as class files name it. */
  private record Id(String owner, String name, String descriptor) {
    /** For people, and for exemptions: {@code io.gatun.pmd.RxQueue.receive}. */
    @Override
    public String toString() {
      return owner.replace('/', '.') + "." + name;
    }
  }

  private final Map<String, ClassModel> classes;
  private final Map<String, String> exemptions;
  private final Map<String, List<String>> subtypes = new HashMap<>();

  /** Methods seen, each with the one that led there. */
  private final Map<Id, Optional<Id>> reached = new LinkedHashMap<>();

  private final Deque<Id> open = new ArrayDeque<>();
  private final Set<String> usedExemptions = new TreeSet<>();
  private final Set<String> violations = new LinkedHashSet<>();

  /**
   * @param classes all of Gatun by internal name
   * @param marked classes whose marks count
   * @param exemptions methods that are not looked into, as {@code package.Class.method}, or single
   *     calls, as {@code package.Class.method -> package.Class.method}; each with its reason
   */
  DataPathRule(
      Map<String, ClassModel> classes,
      Collection<ClassModel> marked,
      Map<String, String> exemptions) {
    this.classes = classes;
    this.exemptions = exemptions;
    for (ClassModel type : classes.values()) {
      String name = type.thisClass().asInternalName();
      type.superclass().ifPresent(parent -> addSubtype(parent, name));
      type.interfaces().forEach(parent -> addSubtype(parent, name));
    }
    marked.forEach(this::addMarked);
    while (!open.isEmpty()) {
      inspect(open.remove());
    }
  }

  /** What breaks the promise, one line each. */
  List<String> violations() {
    return List.copyOf(violations);
  }

  /** All methods that were looked into. */
  List<String> methods() {
    return reached.keySet().stream().map(Id::toString).toList();
  }

  /** Exemptions that nothing needs. */
  Set<String> uselessExemptions() {
    Set<String> useless = new TreeSet<>(exemptions.keySet());
    useless.removeAll(usedExemptions);
    return useless;
  }

  private void addSubtype(ClassEntry parent, String name) {
    subtypes.computeIfAbsent(parent.asInternalName(), p -> new ArrayList<>()).add(name);
  }

  private void addMarked(ClassModel type) {
    boolean whole = isMarked(type.findAttribute(Attributes.runtimeInvisibleAnnotations()));
    for (MethodModel method : type.methods()) {
      boolean one = isMarked(method.findAttribute(Attributes.runtimeInvisibleAnnotations()));
      boolean making = method.methodName().stringValue().startsWith("<");
      if (one || whole && !making) {
        Id id = id(type, method);
        reach(id, null);
        if (!method.flags().has(AccessFlag.STATIC)) {
          overriders(id).forEach(overrider -> reach(overrider, id));
        }
      }
    }
  }

  private static boolean isMarked(Optional<RuntimeInvisibleAnnotationsAttribute> annotations) {
    return annotations.isPresent()
        && annotations.get().annotations().stream()
            .anyMatch(a -> a.className().stringValue().equals(MARK));
  }

  private void reach(Id method, @Nullable Id caller) {
    if (exemptions.containsKey(method.toString())) {
      usedExemptions.add(method.toString());
    } else if (!reached.containsKey(method)) {
      reached.put(method, Optional.ofNullable(caller));
      open.add(method);
    }
  }

  // ---- one method -------------------------------------------------------------------------------

  private void inspect(Id id) {
    MethodModel method = declared(id);
    if (method == null) {
      return;
    }
    if (method.flags().has(AccessFlag.SYNCHRONIZED)) {
      violation(id, 0, "is synchronized");
    }
    if (method.flags().has(AccessFlag.NATIVE)) {
      violation(id, 0, "is native");
    }
    CodeModel code = method.code().orElse(null);
    if (code == null) {
      return;
    }
    int line = 0;
    for (CodeElement element : code) {
      if (element instanceof LineNumber number) {
        line = number.line();
      } else if (element instanceof InvokeInstruction call) {
        inspectCall(id, line, call);
      } else {
        String harm = harm(element);
        if (harm != null) {
          violation(id, line, harm);
        }
      }
    }
  }

  private static @Nullable String harm(CodeElement element) {
    return switch (element) {
      case NewObjectInstruction n -> "allocates " + name(n.className());
      case NewPrimitiveArrayInstruction n ->
          "allocates an array of " + n.typeKind().upperBound().displayName();
      case NewReferenceArrayInstruction n -> "allocates an array of " + name(n.componentType());
      case NewMultiArrayInstruction n -> "allocates " + name(n.arrayType());
      case InvokeDynamicInstruction n ->
          "uses invokedynamic (a lambda, a concatenation, a pattern): " + n.name().stringValue();
      case LoadConstantInstruction n when n.constantValue() instanceof DynamicConstantDesc<?> ->
          "loads a dynamic constant";
      case MonitorInstruction n -> "locks a monitor";
      default -> null;
    };
  }

  private static String name(ClassEntry type) {
    return type.asInternalName().replace('/', '.');
  }

  private void inspectCall(Id caller, int line, InvokeInstruction call) {
    String owner = call.owner().asInternalName();
    Id asked = new Id(owner, call.name().stringValue(), call.type().stringValue());
    Id target = resolve(owner, asked);
    String pair = caller + " -> " + target;
    if (exemptions.containsKey(pair)) {
      usedExemptions.add(pair);
      return;
    }
    if (!target.owner().startsWith(GATUN)) {
      String harm = HarmlessCalls.refusal(target.owner().replace('/', '.'), target.name());
      if (harm != null) {
        violation(caller, line, harm);
      }
      return;
    }
    if (!classes.containsKey(target.owner())) {
      violation(caller, line, "calls " + target + ", whose class is not there");
      return;
    }
    reach(target, caller);
    if (call.opcode() == Opcode.INVOKEVIRTUAL || call.opcode() == Opcode.INVOKEINTERFACE) {
      overriders(target).forEach(overrider -> reach(overrider, caller));
    }
  }

  private void violation(Id method, int line, String what) {
    StringBuilder text = new StringBuilder();
    text.append(method).append(line == 0 ? "" : ":" + line).append(' ').append(what);
    for (Id at = method; ; ) {
      Optional<Id> caller = reached.getOrDefault(at, Optional.empty());
      if (caller.isEmpty() || text.length() > 1000) {
        break;
      }
      at = caller.get();
      text.append(", called by ").append(at);
    }
    violations.add(text.toString());
  }

  // ---- the class hierarchy ----------------------------------------------------------------------

  private static Id id(ClassModel type, MethodModel method) {
    return new Id(
        type.thisClass().asInternalName(),
        method.methodName().stringValue(),
        method.methodType().stringValue());
  }

  private @Nullable MethodModel declared(Id id) {
    ClassModel type = classes.get(id.owner());
    if (type != null) {
      for (MethodModel method : type.methods()) {
        if (id(type, method).equals(id)) {
          return method;
        }
      }
    }
    return null;
  }

  /** The method that a call through {@code type} means: there, in a superclass or an interface. */
  private Id resolve(String type, Id asked) {
    Id here = new Id(type, asked.name(), asked.descriptor());
    ClassModel model = classes.get(type);
    if (model == null || declared(here) != null) {
      return here;
    }
    Id inherited = model.superclass().map(s -> resolve(s.asInternalName(), asked)).orElse(here);
    if (declared(inherited) == null) {
      for (ClassEntry parent : model.interfaces()) {
        Id found = resolve(parent.asInternalName(), asked);
        if (declared(found) != null) {
          return found;
        }
      }
    }
    return inherited;
  }

  private List<Id> overriders(Id method) {
    List<Id> found = new ArrayList<>();
    for (String subtype : subtypes.getOrDefault(method.owner(), List.of())) {
      Id candidate = new Id(subtype, method.name(), method.descriptor());
      if (declared(candidate) != null) {
        found.add(candidate);
      } else {
        // A class may inherit the method that implements an interface from its superclass.
        Id inherited = resolve(subtype, candidate);
        if (declared(inherited) != null && !inherited.equals(method)) {
          found.add(inherited);
        }
      }
      found.addAll(overriders(candidate));
    }
    return found;
  }
}
