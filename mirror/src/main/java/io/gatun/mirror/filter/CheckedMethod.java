package io.gatun.mirror.filter;

import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_long;

import java.lang.classfile.CodeBuilder;
import java.lang.constant.MethodTypeDesc;

/** The method for every packet: each load is a call that checks, and walks segments. */
final class CheckedMethod extends MethodWriter {
  private static final MethodTypeDesc LOAD =
      MethodTypeDesc.of(CD_long, CD_long, CD_int, CD_int, CD_long);

  private static final int VALUE = FREE;
  private static final long UNSIGNED = 0xffff_ffffL;

  CheckedMethod(CodeBuilder code, BpfProgram program) {
    super(code, program);
  }

  @Override
  void begin() {}

  @Override
  void load(int bytes, long offset) {
    code.lload(MBUF).iload(FROM).iload(END).loadConstant(offset);
    call(bytes);
  }

  @Override
  void loadIndexed(int bytes, long offset) {
    code.lload(MBUF).iload(FROM).iload(END);
    code.iload(X).i2l().loadConstant(UNSIGNED).land().loadConstant(offset).ladd();
    call(bytes);
  }

  private void call(int bytes) {
    String name =
        switch (bytes) {
          case Integer.BYTES -> "word";
          case Short.BYTES -> "half";
          default -> "octet";
        };
    code.invokestatic(BYTES, name, LOAD).lstore(VALUE);
    code.lload(VALUE).lconst_0().lcmp().iflt(reject());
    code.lload(VALUE).l2i();
  }

  @Override
  void end() {}
}
