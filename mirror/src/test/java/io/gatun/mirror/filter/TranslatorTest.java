package io.gatun.mirror.filter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gatun.testing.MemoryMbuf;
import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeElement;
import java.lang.classfile.Label;
import java.lang.classfile.MethodModel;
import java.lang.classfile.instruction.BranchInstruction;
import java.lang.classfile.instruction.ConstantInstruction;
import java.lang.classfile.instruction.ConvertInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.classfile.instruction.LabelTarget;
import java.lang.classfile.instruction.LoadInstruction;
import java.lang.classfile.instruction.OperatorInstruction;
import java.lang.classfile.instruction.ReturnInstruction;
import java.lang.classfile.instruction.StoreInstruction;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Byte code does what libpcap's interpreter does, with any valid program and any packet. */
class TranslatorTest {
  private static final int PROGRAMS = 4000;
  private static final int PACKETS = 40;
  private static final int MAX_PACKET = 96;

  private final Random random = new Random(4);
  private final RandomPrograms programs = new RandomPrograms(random);

  private byte[] packet() {
    byte[] packet = new byte[random.nextInt(MAX_PACKET)];
    random.nextBytes(packet);
    // Small numbers make indexed loads hit the packet.
    for (int i = 0; i < packet.length; i++) {
      packet[i] = random.nextBoolean() ? (byte) random.nextInt(40) : packet[i];
    }
    return packet;
  }

  /** Up to three places to cut, in order, the same place twice now and then. */
  private int[] cuts(int length) {
    return random.ints(random.nextInt(4), 0, length + 1).sorted().toArray();
  }

  @Test
  void randomProgramsAgreeWithTheInterpreter() {
    int[] answers = new int[2];
    Set<Opcode> used = EnumSet.noneOf(Opcode.class);
    try (Arena arena = Arena.ofConfined()) {
      MemoryMbuf mbuf = new MemoryMbuf(arena, MAX_PACKET, random);
      for (int i = 0; i < PROGRAMS; i++) {
        List<Instruction> program = programs.next(1 + random.nextInt(40));
        program.forEach(instruction -> used.add(instruction.opcode()));
        compare(program, mbuf, answers);
      }
    }
    assertThat(used).containsExactlyInAnyOrder(Opcode.values());
    // Neither answer is rare, or the comparison would say little.
    assertThat(answers[0]).isGreaterThan(PROGRAMS * PACKETS / 10);
    assertThat(answers[1]).isGreaterThan(PROGRAMS * PACKETS / 10);
  }

  private void compare(List<Instruction> program, MemoryMbuf mbuf, int[] answers) {
    FrameFilter filter = Translator.translate(BpfProgram.of(program));
    try (Arena arena = Arena.ofConfined()) {
      NativeFilter oracle = new NativeFilter(arena, program);
      for (int i = 0; i < PACKETS; i++) {
        byte[] packet = packet();
        long whole = mbuf.fill(packet, cuts(packet.length));
        boolean expected = oracle.matches(packet, 0, packet.length);
        answers[expected ? 1 : 0]++;
        assertThat(filter.matches(whole)).as("%s", program).isEqualTo(expected);

        int from = random.nextInt(packet.length + 1);
        int end = from + random.nextInt(packet.length - from + 1);
        assertThat(filter.matches(whole, from, end))
            .as("%s from %d to %d", program, from, end)
            .isEqualTo(oracle.matches(packet, from, end));
      }
    }
  }

  @Test
  void everyCutGivesTheSameAnswer() {
    try (Arena arena = Arena.ofConfined()) {
      MemoryMbuf mbuf = new MemoryMbuf(arena, MAX_PACKET, random);
      for (int i = 0; i < 100; i++) {
        List<Instruction> program = programs.next(30);
        FrameFilter filter = Translator.translate(BpfProgram.of(program));
        byte[] packet = packet();
        boolean expected = filter.matches(mbuf.fill(packet));
        for (int cut = 0; cut <= packet.length; cut++) {
          assertThat(filter.matches(mbuf.fill(packet, cut))).isEqualTo(expected);
          assertThat(filter.matches(mbuf.fill(packet, cut, cut))).isEqualTo(expected);
        }
      }
    }
  }

  @Test
  void aPacketLongerThanItsSegmentsDoesNotMatch() {
    FrameFilter filter =
        Translator.translate(
            BpfProgram.of(
                List.of(
                    new Instruction(Opcode.LOAD_BYTE, 0, 0, 60),
                    new Instruction(Opcode.RETURN, 0, 0, 1))));
    try (Arena arena = Arena.ofConfined()) {
      long mbuf = new MemoryMbuf(arena, MAX_PACKET, random).fill(new byte[40], 20);

      assertThat(filter.matches(mbuf, 0, 80)).isFalse();
    }
  }

  /** What the data-path rule of hw-tests reads in class files, it cannot read in these. */
  @Test
  void byteCodeAllocatesNothingAndCallsOnlyLoadsAndArithmetic() {
    Set<String> called = new TreeSet<>();
    for (int i = 0; i < 300; i++) {
      byte[] bytes = Translator.classFile(BpfProgram.of(programs.next(40)));
      for (MethodModel method : ClassFile.of().parse(bytes).methods()) {
        if (method.methodName().equalsString("<init>")) {
          continue;
        }
        for (CodeElement element : method.code().orElseThrow()) {
          assertThat(element).satisfies(TranslatorTest::isHarmless);
          if (element instanceof InvokeInstruction call) {
            called.add(call.owner().asInternalName() + "." + call.name().stringValue());
          }
        }
      }
    }
    String home = "io/gatun/mirror/filter/";
    assertThat(called)
        .containsExactlyInAnyOrder(
            "io/gatun/bindings/Memory.getIntBigEndian",
            "io/gatun/bindings/Memory.getUnsignedByte",
            "io/gatun/bindings/Memory.getUnsignedShortBigEndian",
            home + "CompiledFilter.checked",
            home + "CompiledFilter.matches",
            home + "PacketBytes.address",
            home + "PacketBytes.half",
            home + "PacketBytes.length",
            home + "PacketBytes.octet",
            home + "PacketBytes.readable",
            home + "PacketBytes.shiftLeft",
            home + "PacketBytes.shiftRight",
            home + "PacketBytes.word",
            "java/lang/Integer.compareUnsigned",
            "java/lang/Integer.divideUnsigned",
            "java/lang/Integer.remainderUnsigned");
  }

  private static void isHarmless(CodeElement element) {
    if (element instanceof java.lang.classfile.Instruction) {
      assertThat(element)
          .isInstanceOfAny(
              BranchInstruction.class,
              ConstantInstruction.class,
              ConvertInstruction.class,
              InvokeInstruction.class,
              LoadInstruction.class,
              OperatorInstruction.class,
              ReturnInstruction.class,
              StoreInstruction.class);
    }
  }

  @Test
  void jumpsLeadForwards() {
    byte[] bytes = Translator.classFile(BpfProgram.of(programs.next(200)));
    for (MethodModel method : ClassFile.of().parse(bytes).methods()) {
      List<Label> seen = new ArrayList<>();
      for (CodeElement element : method.code().orElseThrow()) {
        if (element instanceof LabelTarget target) {
          seen.add(target.label());
        } else if (element instanceof BranchInstruction branch) {
          assertThat(seen).doesNotContain(branch.target());
        }
      }
    }
  }

  @Test
  void whatTheJitWouldNotCompileIsRefused() {
    List<Instruction> program = new ArrayList<>();
    for (int i = 0; i < 1100; i++) {
      program.add(new Instruction(Opcode.LOAD_WORD, 0, 0, i));
    }
    program.add(new Instruction(Opcode.RETURN_A, 0, 0, 0));

    assertThatThrownBy(() -> Translator.translate(BpfProgram.of(program)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageMatching(
            "1101 BPF instructions make \\d+ bytes of byte code, but the JIT compiles at most"
                + " 8000; spread it over several sessions");
  }
}
