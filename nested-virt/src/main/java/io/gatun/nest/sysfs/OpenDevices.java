package io.gatun.nest.sysfs;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** Which processes have devices of vfio and uio open ({@code /proc/PID/fd}), at one moment. */
public final class OpenDevices {
  private static final Pattern PID = Pattern.compile("[0-9]+");
  private static final Pattern NULS = Pattern.compile("\0");

  private final Map<String, List<Holder>> holders = new HashMap<>();
  private boolean isComplete = true;

  /**
   * A process that has a device open.
   *
   * @param pid its id
   * @param command its name, at most 15 characters
   * @param guest the name of the virtual machine that it runs (QEMU's -name); empty without one
   */
  public record Holder(int pid, String command, String guest) {}

  private OpenDevices() {}

  /** Looks at every process. */
  public static OpenDevices scan(HostTree tree) {
    OpenDevices devices = new OpenDevices();
    for (String pid : tree.names("proc")) {
      if (PID.matcher(pid).matches()) {
        devices.scan(tree, pid);
      }
    }
    return devices;
  }

  private void scan(HostTree tree, String pid) {
    String folder = "proc/" + pid + "/fd";
    // A process that has just ended has no folder, and nothing open either.
    isComplete &= tree.isReadable(folder) || !tree.exists(folder);
    Set<String> seen = new HashSet<>();
    for (String descriptor : tree.names(folder)) {
      String target = tree.linkText(folder + "/" + descriptor);
      if (target != null && isDevice(target) && seen.add(target)) {
        holders.computeIfAbsent(target, key -> new ArrayList<>()).add(holder(tree, pid));
      }
    }
  }

  /** {@code /dev/vfio/vfio} is not of one group. */
  private static boolean isDevice(String path) {
    return (path.startsWith("/dev/vfio/") && !path.equals("/dev/vfio/vfio"))
        || path.startsWith("/dev/uio");
  }

  private static Holder holder(HostTree tree, String pid) {
    String command = tree.text("proc/" + pid + "/comm", "?");
    List<String> line = NULS.splitAsStream(tree.text("proc/" + pid + "/cmdline", "")).toList();
    int name = line.indexOf("-name");
    String guest = name >= 0 && name + 1 < line.size() ? line.get(name + 1) : "";
    guest = guest.replaceFirst("^guest=", "").replaceFirst(",.*", "");
    return new Holder(Integer.parseInt(pid), command, guest);
  }

  /** Those that have {@code path} open, such as {@code /dev/vfio/12}. */
  public List<Holder> of(String path) {
    return List.copyOf(holders.getOrDefault(path, List.of()));
  }

  /** Whether every process could be looked at; without root others' cannot. */
  public boolean isComplete() {
    return isComplete;
  }
}
