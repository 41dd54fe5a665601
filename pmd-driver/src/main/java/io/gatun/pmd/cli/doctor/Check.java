package io.gatun.pmd.cli.doctor;

import java.util.List;

/** Looks at one thing of the machine and changes nothing. */
@FunctionalInterface
interface Check {
  /** One finding or more; a file that is missing or unreadable is a finding, not an exception. */
  List<Finding> run(HostFiles host);
}
