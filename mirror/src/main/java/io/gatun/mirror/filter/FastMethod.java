package io.gatun.mirror.filter;

import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_long;

import io.gatun.bindings.Memory;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;

/**
 * The method for packets whose first segment holds all that the program loads: it knows the address
 * of the frame and reads from there. What lies elsewhere is left to the {@link CheckedMethod}.
 */
final class FastMethod extends MethodWriter {
  private static final ClassDesc MEMORY = Memory.class.describeConstable().orElseThrow();
  private static final MethodTypeDesc READ = MethodTypeDesc.of(CD_int, CD_long);
  private static final MethodTypeDesc READABLE = MethodTypeDesc.of(CD_int, CD_long, CD_int, CD_int);
  private static final MethodTypeDesc ADDRESS = MethodTypeDesc.of(CD_long, CD_long, CD_int);

  private static final int READABLE_BYTES = FREE;
  private static final int AT = FREE + 1;

  // No segment is longer. The JIT drops what the mask says twice, and knows the range.
  private static final int LENGTH_MASK = 0xffff;

  private final ClassDesc type;
  private final Label elsewhere;

  FastMethod(CodeBuilder code, BpfProgram program, ClassDesc type) {
    super(code, program);
    this.type = type;
    this.elsewhere = code.newLabel();
  }

  @Override
  void begin() {
    if (program.readsPacket()) {
      code.lload(MBUF).iload(FROM).iload(END).invokestatic(BYTES, "readable", READABLE);
      code.istore(READABLE_BYTES);
      code.iload(READABLE_BYTES).loadConstant(program.neededBytes()).if_icmplt(elsewhere);
      code.lload(MBUF).iload(FROM).invokestatic(BYTES, "address", ADDRESS).lstore(AT);
    }
  }

  @Override
  void load(int bytes, long offset) {
    code.lload(AT).loadConstant(offset).ladd();
    read(bytes);
  }

  /** What {@link #begin} compared makes the limit of X non-negative. */
  @Override
  void loadIndexed(int bytes, long offset) {
    code.iload(X).iload(READABLE_BYTES).loadConstant((int) offset + bytes).isub();
    compareUnsigned();
    code.ifgt(elsewhere);
    code.lload(AT).iload(X).loadConstant(LENGTH_MASK).iand().i2l().ladd();
    code.loadConstant(offset).ladd();
    read(bytes);
  }

  private void read(int bytes) {
    String name =
        switch (bytes) {
          case Integer.BYTES -> "getIntBigEndian";
          case Short.BYTES -> "getUnsignedShortBigEndian";
          default -> "getUnsignedByte";
        };
    code.invokestatic(MEMORY, name, READ);
  }

  @Override
  void end() {
    if (program.readsPacket()) {
      code.labelBinding(elsewhere);
      code.aload(SELF).lload(MBUF).iload(FROM).iload(END);
      code.invokevirtual(type, Translator.CHECKED, Translator.FRAME_TYPE).ireturn();
    }
  }
}
