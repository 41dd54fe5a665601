package io.gatun.pmd.cli.doctor;

import java.util.List;

/**
 * Is hugetlbfs mounted? Only without {@code --in-memory} does EAL need it: for the files that it
 * shares with secondary processes (dumpcap, proc-info).
 *
 * @param remedy what to do about it
 */
record HugetlbfsCheck(String remedy) implements Check {
  private static final String SUBJECT = "hugetlbfs";

  @Override
  public List<Finding> run(HostFiles host) {
    List<String> mounts = mounts(host);
    if (mounts.isEmpty()) {
      return List.of(
          Finding.warn(
              SUBJECT,
              "not mounted: EAL needs --in-memory, and dumpcap and proc-info cannot attach",
              remedy));
    }
    String list = String.join(", ", mounts);
    if (mounts.stream().noneMatch(mount -> isWritable(host, mount))) {
      return List.of(
          Finding.warn(
              SUBJECT,
              "mounted on %s, where this user may not write: EAL needs --in-memory".formatted(list),
              "sudo chown %d %s".formatted(ProcessRights.of(host).userId(), mounts.getFirst())));
    }
    return List.of(Finding.ok(SUBJECT, "mounted on " + list));
  }

  private static boolean isWritable(HostFiles host, String mount) {
    return host.isReadableAndWritable(mount.replaceFirst("^/", ""));
  }

  /** Where it is mounted. A line of /proc/mounts: device, folder, type, options (proc(5)). */
  static List<String> mounts(HostFiles host) {
    return host.lines("proc/mounts").stream()
        .map(line -> line.split(" ", -1))
        .filter(fields -> fields.length > 2 && fields[2].equals("hugetlbfs"))
        .map(fields -> fields[1])
        .distinct()
        .toList();
  }
}
