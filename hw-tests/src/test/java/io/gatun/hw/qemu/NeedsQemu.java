package io.gatun.hw.qemu;

import io.gatun.hw.tool.Tool;
import java.nio.file.Files;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Skips tests in virtual machines, saying what is missing, instead of failing them one by one. */
final class NeedsQemu implements ExecutionCondition {
  @Override
  public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
    if (!GuestImage.isNamed()) {
      return ConditionEvaluationResult.disabled(
          GuestImage.VARIABLE
              + " is not set: tests in virtual machines are started by scripts/test");
    }
    GuestImage image = GuestImage.fromEnvironment();
    if (!Files.isReadable(image.kernel()) || !Files.isReadable(image.initramfs())) {
      return ConditionEvaluationResult.disabled(
          image.folder() + " has no kernel and initramfs: scripts/test makes them");
    }
    if (!Tool.run(QemuCommandLine.PROGRAM, "-device", "igb,help")
        .output()
        .contains("igb options")) {
      return ConditionEvaluationResult.disabled(
          "there is no " + QemuCommandLine.PROGRAM + " that has igb: scripts/test installs one");
    }
    if (!Files.isDirectory(GuestGatun.LIBRARY)) {
      return ConditionEvaluationResult.disabled(
          GuestGatun.LIBRARY + " is not there: build the distribution first");
    }
    return ConditionEvaluationResult.enabled("there is QEMU with igb, and a kernel");
  }
}
