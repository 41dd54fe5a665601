package io.gatun.pmd.cli.doctor;

/**
 * One line of the doctor's report.
 *
 * @param status how bad it is
 * @param subject what was looked at, a few words
 * @param detail what was found
 * @param remedy one command or setting that changes it; empty where there is nothing to change
 */
record Finding(Status status, String subject, String detail, String remedy) {
  /** How bad a finding is. */
  enum Status {
    /** As it should be. */
    OK,
    /** Works, but slower, with fewer devices, or with less protection. */
    WARN,
    /** Gatun cannot run, or an asked-for change was not made. */
    FAIL
  }

  static Finding ok(String subject, String detail) {
    return new Finding(Status.OK, subject, detail, "");
  }

  /** In order, with what can be done if the user wants something else. */
  static Finding ok(String subject, String detail, String remedy) {
    return new Finding(Status.OK, subject, detail, remedy);
  }

  static Finding warn(String subject, String detail, String remedy) {
    return new Finding(Status.WARN, subject, detail, remedy);
  }

  static Finding fail(String subject, String detail, String remedy) {
    return new Finding(Status.FAIL, subject, detail, remedy);
  }
}
