package io.gatun.mirror.filter;

import static java.lang.constant.ConstantDescs.CD_int;

import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.util.List;

/** Writes a BPF program as the body of one Java method; the subclasses know how to load. */
abstract class MethodWriter {
  static final ClassDesc BYTES = PacketBytes.class.describeConstable().orElseThrow();

  // Slots of local variables; a long takes two.
  static final int SELF = 0;
  static final int MBUF = 1;
  static final int FROM = 3;
  static final int END = 4;
  private static final int A = 5;
  static final int X = 6;
  private static final int MEMORY = 7;

  /** Behind A, X and the 16 words of memory: for the subclasses. */
  static final int FREE = MEMORY + 16;

  private static final ClassDesc INTEGER = Integer.class.describeConstable().orElseThrow();
  private static final MethodTypeDesc TWO_INTS = MethodTypeDesc.of(CD_int, CD_int, CD_int);

  final CodeBuilder code;
  final BpfProgram program;
  private final Label reject;
  private final Label[] starts;
  private boolean rejects;

  MethodWriter(CodeBuilder code, BpfProgram program) {
    this.code = code;
    this.program = program;
    this.reject = code.newLabel();
    this.starts = new Label[program.instructions().size()];
    for (int i = 0; i < starts.length; i++) {
      starts[i] = code.newLabel();
    }
  }

  /** Leaves the value that a load at a constant place reads on the stack. */
  abstract void load(int bytes, long offset);

  /** Leaves the value that a load at X + {@code offset} reads on the stack. */
  abstract void loadIndexed(int bytes, long offset);

  /** What comes before the program. */
  abstract void begin();

  /** What comes behind it. */
  abstract void end();

  final void write() {
    begin();
    List<Instruction> instructions = program.instructions();
    code.iconst_0().istore(A).iconst_0().istore(X);
    clearMemory(instructions);
    for (int i = 0; i < instructions.size(); i++) {
      if (program.isReachable(i)) {
        code.labelBinding(starts[i]);
        write(i, instructions.get(i));
      }
    }
    if (rejects) {
      code.labelBinding(reject).iconst_0().ireturn();
    }
    end();
  }

  /** The label of the place where a packet turns out not to match. */
  final Label reject() {
    rejects = true;
    return reject;
  }

  /** The verifier wants every variable that is read to be written before, on every way. */
  private void clearMemory(List<Instruction> instructions) {
    boolean[] used = new boolean[16];
    for (Instruction instruction : instructions) {
      if (instruction.opcode().usesMemory() && !used[instruction.k()]) {
        used[instruction.k()] = true;
        code.iconst_0().istore(MEMORY + instruction.k());
      }
    }
  }

  private void write(int at, Instruction instruction) {
    Opcode opcode = instruction.opcode();
    if (opcode.loadBytes() > 0) {
      writeLoad(instruction);
    } else if (opcode.isConditionalJump()) {
      writeJump(at, instruction);
    } else {
      writeOther(at, instruction);
    }
  }

  private void writeLoad(Instruction instruction) {
    Opcode opcode = instruction.opcode();
    if (opcode.isIndexedLoad()) {
      loadIndexed(opcode.loadBytes(), instruction.unsigned());
    } else {
      load(opcode.loadBytes(), instruction.unsigned());
    }
    if (opcode == Opcode.LOAD_X_HEADER_LENGTH) {
      code.loadConstant(0xf).iand().iconst_2().ishl().istore(X);
    } else {
      code.istore(A);
    }
  }

  private void writeJump(int at, Instruction instruction) {
    Label holds = starts[at + 1 + instruction.jt()];
    Label fails = starts[at + 1 + instruction.jf()];
    if (instruction.jt() == 0) {
      branch(instruction, false, fails);
    } else {
      branch(instruction, true, holds);
      if (instruction.jf() != 0) {
        code.goto_(fails);
      }
    }
  }

  /** Jumps when the condition is what {@code wanted} says. */
  private void branch(Instruction instruction, boolean wanted, Label target) {
    code.iload(A);
    switch (instruction.opcode()) {
      case JUMP_EQUAL, JUMP_GREATER, JUMP_GREATER_OR_EQUAL, JUMP_SET ->
          code.loadConstant(instruction.k());
      default -> code.iload(X);
    }
    switch (instruction.opcode()) {
      case JUMP_EQUAL, JUMP_EQUAL_X -> {
        if (wanted) {
          code.if_icmpeq(target);
        } else {
          code.if_icmpne(target);
        }
      }
      case JUMP_GREATER, JUMP_GREATER_X -> {
        compareUnsigned();
        if (wanted) {
          code.ifgt(target);
        } else {
          code.ifle(target);
        }
      }
      case JUMP_GREATER_OR_EQUAL, JUMP_GREATER_OR_EQUAL_X -> {
        compareUnsigned();
        if (wanted) {
          code.ifge(target);
        } else {
          code.iflt(target);
        }
      }
      default -> { // JUMP_SET, JUMP_SET_X
        code.iand();
        if (wanted) {
          code.ifne(target);
        } else {
          code.ifeq(target);
        }
      }
    }
  }

  final void compareUnsigned() {
    code.invokestatic(INTEGER, "compareUnsigned", TWO_INTS);
  }

  private void writeOther(int at, Instruction instruction) {
    int k = instruction.k();
    switch (instruction.opcode()) {
      case LOAD_LENGTH -> code.iload(END).iload(FROM).isub().istore(A);
      case LOAD_X_LENGTH -> code.iload(END).iload(FROM).isub().istore(X);
      case LOAD_CONSTANT -> code.loadConstant(k).istore(A);
      case LOAD_X_CONSTANT -> code.loadConstant(k).istore(X);
      case LOAD_MEMORY -> code.iload(MEMORY + k).istore(A);
      case LOAD_X_MEMORY -> code.iload(MEMORY + k).istore(X);
      case STORE -> code.iload(A).istore(MEMORY + k);
      case STORE_X -> code.iload(X).istore(MEMORY + k);
      case A_TO_X -> code.iload(A).istore(X);
      case X_TO_A -> code.iload(X).istore(A);
      case NEGATE -> code.iload(A).ineg().istore(A);
      case JUMP -> code.goto_(starts[(int) (at + 1 + instruction.skipped())]);
      case RETURN -> writeReturn(k != 0);
      case RETURN_A -> {
        code.iload(A).ifeq(reject());
        writeReturn(true);
      }
      default -> writeArithmetic(instruction);
    }
  }

  private void writeReturn(boolean matches) {
    if (matches) {
      code.iconst_1().ireturn();
    } else {
      code.iconst_0().ireturn();
    }
  }

  private void writeArithmetic(Instruction instruction) {
    Opcode opcode = instruction.opcode();
    if (opcode == Opcode.DIVIDE_X || opcode == Opcode.MODULO_X) {
      code.iload(X).ifeq(reject());
    }
    code.iload(A);
    switch (opcode) {
      case ADD, SUBTRACT, MULTIPLY, DIVIDE, MODULO, AND, OR, XOR, SHIFT_LEFT, SHIFT_RIGHT ->
          code.loadConstant(instruction.k());
      default -> code.iload(X);
    }
    switch (opcode) {
      case ADD, ADD_X -> code.iadd();
      case SUBTRACT, SUBTRACT_X -> code.isub();
      case MULTIPLY, MULTIPLY_X -> code.imul();
      case DIVIDE, DIVIDE_X -> code.invokestatic(INTEGER, "divideUnsigned", TWO_INTS);
      case MODULO, MODULO_X -> code.invokestatic(INTEGER, "remainderUnsigned", TWO_INTS);
      case AND, AND_X -> code.iand();
      case OR, OR_X -> code.ior();
      case XOR, XOR_X -> code.ixor();
      case SHIFT_LEFT -> code.ishl();
      case SHIFT_RIGHT -> code.iushr();
      case SHIFT_LEFT_X -> code.invokestatic(BYTES, "shiftLeft", TWO_INTS);
      case SHIFT_RIGHT_X -> code.invokestatic(BYTES, "shiftRight", TWO_INTS);
      default -> throw new AssertionError(opcode + " is no arithmetic");
    }
    code.istore(A);
  }
}
