package io.gatun.mirror.filter;

import static java.lang.constant.ConstantDescs.CD_boolean;
import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_long;
import static java.lang.constant.ConstantDescs.INIT_NAME;
import static java.lang.constant.ConstantDescs.MTD_void;

import java.lang.classfile.Attributes;
import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.MethodModel;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;

/**
 * Translates a BPF program to a class of its own: instructions become straight-line byte code,
 * registers become local variables, jumps become jumps.
 *
 * <pre>{@code
 * final class CompiledFilter extends FrameFilter {
 *   public boolean matches(long mbuf) {
 *     return matches(mbuf, 0, PacketBytes.length(mbuf));
 *   }
 *
 *   boolean matches(long mbuf, int from, int end) {
 *     int readable = PacketBytes.readable(mbuf, from, end);
 *     if (readable < NEEDED) return checked(mbuf, from, end);
 *     // the program: loads are one machine instruction
 *   }
 *
 *   boolean checked(long mbuf, int from, int end) {
 *     // the same program: loads are calls that check, and walk segments
 *   }
 * }
 * }</pre>
 *
 * <p>The fast method runs when the first segment holds every byte that the program loads at a fixed
 * place; a load at a computed place that lies behind it starts the program again in the checked
 * one. A program has no effects, so that is allowed. Programs end (jumps lead forwards), so the
 * methods do.
 *
 * <p>Control thread. The classes are hidden: each goes when nothing uses its filter any more.
 */
final class Translator {
  /** HotSpot never compiles a longer method (HugeMethodLimit), and interpreted it would crawl. */
  static final int MAX_METHOD_BYTES = 8000;

  static final String MATCHES = "matches";
  static final String CHECKED = "checked";
  static final MethodTypeDesc FRAME_TYPE = MethodTypeDesc.of(CD_boolean, CD_long, CD_int, CD_int);

  private static final MethodTypeDesc PACKET_TYPE = MethodTypeDesc.of(CD_boolean, CD_long);
  private static final ClassDesc PARENT = FrameFilter.class.describeConstable().orElseThrow();
  private static final ClassDesc SELF =
      ClassDesc.of(Translator.class.getPackageName(), "CompiledFilter");

  private Translator() {}

  /**
   * The filter of a program.
   *
   * @throws IllegalArgumentException when the JIT would refuse the class for its size
   */
  static FrameFilter translate(BpfProgram program) {
    byte[] bytes = classFile(program);
    checkSize(bytes, program);
    try {
      MethodHandles.Lookup type = MethodHandles.lookup().defineHiddenClass(bytes, true);
      return (FrameFilter)
          type.findConstructor(type.lookupClass(), MethodType.methodType(void.class)).invoke();
    } catch (Throwable e) {
      throw new AssertionError("a translated filter does not load", e);
    }
  }

  /** The class file of a program. */
  static byte[] classFile(BpfProgram program) {
    return ClassFile.of()
        .build(
            SELF,
            type ->
                type.withSuperclass(PARENT)
                    .withFlags(ClassFile.ACC_FINAL | ClassFile.ACC_SUPER)
                    .withMethodBody(INIT_NAME, MTD_void, 0, Translator::constructor)
                    .withMethodBody(
                        MATCHES, PACKET_TYPE, ClassFile.ACC_PUBLIC, Translator::wholePacket)
                    .withMethodBody(
                        MATCHES, FRAME_TYPE, 0, code -> new FastMethod(code, program, SELF).write())
                    .withMethodBody(
                        CHECKED, FRAME_TYPE, 0, code -> new CheckedMethod(code, program).write()));
  }

  private static void constructor(CodeBuilder code) {
    code.aload(0).invokespecial(PARENT, INIT_NAME, MTD_void).return_();
  }

  private static void wholePacket(CodeBuilder code) {
    code.aload(0).lload(1).iconst_0().lload(1);
    code.invokestatic(MethodWriter.BYTES, "length", MethodTypeDesc.of(CD_int, CD_long));
    code.invokevirtual(SELF, MATCHES, FRAME_TYPE).ireturn();
  }

  private static void checkSize(byte[] bytes, BpfProgram program) {
    int longest = 0;
    for (MethodModel method : ClassFile.of().parse(bytes).methods()) {
      longest =
          Math.max(
              longest, method.findAttribute(Attributes.code()).map(c -> c.codeLength()).orElse(0));
    }
    if (longest > MAX_METHOD_BYTES) {
      throw new IllegalArgumentException(
          "%d BPF instructions make %d bytes of byte code, but the JIT compiles at most %d; spread"
                  .formatted(program.instructions().size(), longest, MAX_METHOD_BYTES)
              + " it over several sessions");
    }
  }
}
