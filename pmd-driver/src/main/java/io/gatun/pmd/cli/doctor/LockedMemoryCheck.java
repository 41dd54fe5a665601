package io.gatun.pmd.cli.doctor;

import io.gatun.pmd.cli.doctor.ProcessRights.Capability;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** May this process lock as much memory as it maps for a NIC (RLIMIT_MEMLOCK, getrlimit(2))? */
final class LockedMemoryCheck implements Check {
  private static final String SUBJECT = "locked memory";
  private static final Pattern LIMIT = Pattern.compile("Max locked memory\\s+(\\S+)\\s+\\S+.*");

  @Override
  public List<Finding> run(HostFiles host) {
    String limit = limit(host);
    if (limit.equals("unlimited")) {
      return List.of(Finding.ok(SUBJECT, "unlimited"));
    }
    String text = "limit " + kilobytes(limit);
    if (ProcessRights.of(host).has(Capability.IPC_LOCK)) {
      return List.of(Finding.ok(SUBJECT, text + ", which CAP_IPC_LOCK lifts"));
    }
    return List.of(
        Finding.warn(
            SUBJECT, text + ": vfio maps no more than that for a NIC", "ulimit -l unlimited"));
  }

  /** The soft limit: a number of bytes, or {@code unlimited}, or {@code unknown}. */
  private static String limit(HostFiles host) {
    for (String line : host.lines("proc/self/limits")) {
      Matcher matcher = LIMIT.matcher(line);
      if (matcher.matches()) {
        return matcher.group(1);
      }
    }
    return "unknown";
  }

  private static String kilobytes(String bytes) {
    return bytes.equals("unknown") ? bytes : Long.parseLong(bytes) / 1024 + " kB";
  }
}
