package io.gatun.pmd.cli.doctor;

import java.util.List;

/**
 * Is this a JDK that Gatun runs on, and may its bindings call native code?
 *
 * @param version of the running Java
 * @param nativeAccess {@link Module#isNativeAccessEnabled} of the module with the bindings
 */
record JdkCheck(Runtime.Version version, boolean nativeAccess) implements Check {
  private static final String SUBJECT = "JDK";
  private static final int LEAST = 25;

  @Override
  public List<Finding> run(HostFiles host) {
    if (version.feature() < LEAST) {
      return List.of(
          Finding.fail(
              SUBJECT,
              "Java %s, but Gatun needs %d or newer".formatted(version, LEAST),
              "JAVA_HOME=/path/to/jdk-" + LEAST));
    }
    if (!nativeAccess) {
      return List.of(
          Finding.warn(
              SUBJECT,
              "Java %s; native access is not enabled: a warning today, an error in a later Java"
                  .formatted(version),
              "java --enable-native-access=io.gatun.bindings"));
    }
    return List.of(Finding.ok(SUBJECT, "Java %s, native access enabled".formatted(version)));
  }
}
