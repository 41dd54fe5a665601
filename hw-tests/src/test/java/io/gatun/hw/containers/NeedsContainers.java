package io.gatun.hw.containers;

import java.nio.file.Files;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.testcontainers.DockerClientFactory;

/** Skips container tests, saying what is missing, instead of failing them one by one. */
final class NeedsContainers implements ExecutionCondition {
  /** Kept, because a logger that nobody holds forgets its level. */
  private static final Logger TESTCONTAINERS = Logger.getLogger("org.testcontainers");

  NeedsContainers() {
    // It tells of every container that it starts.
    TESTCONTAINERS.setLevel(Level.WARNING);
  }

  @Override
  public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
    if (!"true".equals(System.getenv("TESTCONTAINERS_RYUK_DISABLED"))) {
      // Testcontainers would want to fetch a helper image, and there is no registry.
      return ConditionEvaluationResult.disabled(
          "TESTCONTAINERS_RYUK_DISABLED is not set: container tests are started by scripts/test");
    }
    if (!Files.isDirectory(Installation.distribution().resolve("lib"))) {
      return ConditionEvaluationResult.disabled(
          Installation.distribution() + " has no lib: build the distribution first");
    }
    if (!DockerClientFactory.instance().isDockerAvailable()) {
      return ConditionEvaluationResult.disabled("no container engine answers: start dockerd");
    }
    return ConditionEvaluationResult.enabled("there is a container engine");
  }
}
