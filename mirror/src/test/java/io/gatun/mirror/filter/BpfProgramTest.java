package io.gatun.mirror.filter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gatun.bindings.Bpf;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class BpfProgramTest {
  private static final Instruction ACCEPT = of(Opcode.RETURN, 1);

  private static Instruction of(Opcode opcode, int k) {
    return new Instruction(opcode, 0, 0, k);
  }

  private static void assertRefused(String why, Instruction... instructions) {
    assertThatThrownBy(() -> BpfProgram.of(List.of(instructions)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(why);
  }

  @Test
  void whatLeavesTheProgramIsRefused() {
    assertRefused("0 BPF instructions");
    assertRefused("instruction 0 leads behind the end", of(Opcode.X_TO_A, 0));
    assertRefused("instruction 0 leads behind the end", of(Opcode.JUMP, 1), ACCEPT);
    assertRefused("instruction 0 leads behind the end", of(Opcode.JUMP, Integer.MAX_VALUE), ACCEPT);
    assertRefused(
        "instruction 0 leads behind the end", new Instruction(Opcode.JUMP_EQUAL, 0, 1, 0), ACCEPT);
    assertRefused(
        "instruction 0 leads behind the end",
        new Instruction(Opcode.JUMP_SET_X, 255, 0, 0),
        ACCEPT);
  }

  @Test
  void whatLoopsIsRefused() {
    assertRefused("instruction 1 jumps backwards", of(Opcode.X_TO_A, 0), of(Opcode.JUMP, -2));
  }

  @Test
  void constantsOutOfRangeAreRefused() {
    assertRefused("instruction 0 divides by 0", of(Opcode.DIVIDE, 0), ACCEPT);
    assertRefused("instruction 0 divides by 0", of(Opcode.MODULO, 0), ACCEPT);
    assertRefused("shifts by 32 bits", of(Opcode.SHIFT_LEFT, 32), ACCEPT);
    assertRefused("shifts by 4294967295 bits", of(Opcode.SHIFT_RIGHT, -1), ACCEPT);
    assertRefused("names word 16", of(Opcode.STORE, 16), ACCEPT);
    assertRefused("names word 4294967295", of(Opcode.LOAD_X_MEMORY, -1), ACCEPT);
    // SKF_AD_OFF + SKF_AD_PKTTYPE
    assertRefused("asks the Linux kernel", of(Opcode.LOAD_HALF, -4096 + 4), ACCEPT);
  }

  @Test
  void aProgramThatIsTooLongIsRefused() {
    List<Instruction> program = Collections.nCopies(BpfProgram.MAX_INSTRUCTIONS + 1, ACCEPT);
    assertThatThrownBy(() -> BpfProgram.of(program))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("2049 BPF instructions, but the range is 1 to 2048");
  }

  @Test
  void whatNoJumpLeadsToIsKnown() {
    BpfProgram program =
        BpfProgram.of(List.of(of(Opcode.JUMP, 1), of(Opcode.LOAD_WORD, 100), ACCEPT));

    assertThat(program.isReachable(0)).isTrue();
    assertThat(program.isReachable(1)).isFalse();
    assertThat(program.isReachable(2)).isTrue();
    assertThat(program.readsPacket()).isFalse();
  }

  @Test
  void neededBytesEndWithTheFurthestLoad() {
    BpfProgram program =
        BpfProgram.of(List.of(of(Opcode.LOAD_HALF, 12), of(Opcode.LOAD_WORD_INDEXED, 14), ACCEPT));

    assertThat(program.neededBytes()).isEqualTo(18);
  }

  @Test
  void codesAreThoseOfTheHeader() {
    assertThat(Opcode.of(Bpf.LD | Bpf.H | Bpf.ABS)).isEqualTo(Opcode.LOAD_HALF);
    // As tcpdump -ddd prints them: ldh [12], jeq, ret, ldxb 4*([14]&0xf).
    assertThat(Opcode.of(40)).isEqualTo(Opcode.LOAD_HALF);
    assertThat(Opcode.of(21)).isEqualTo(Opcode.JUMP_EQUAL);
    assertThat(Opcode.of(6)).isEqualTo(Opcode.RETURN);
    assertThat(Opcode.of(177)).isEqualTo(Opcode.LOAD_X_HEADER_LENGTH);
    assertThat(Opcode.of(0xffff)).isNull();
  }
}
