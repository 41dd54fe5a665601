package io.gatun.pmd.cli.doctor;

import java.util.List;

/** Can net_tap make its interfaces? */
final class TunCheck implements Check {
  private static final String SUBJECT = "/dev/net/tun";
  private static final String DEVICE = "dev/net/tun";

  @Override
  public List<Finding> run(HostFiles host) {
    if (!host.exists(DEVICE)) {
      return List.of(
          Finding.warn(
              SUBJECT,
              "not there: no net_tap, and no virtio-user to the kernel",
              container(host) ? "docker run --device /dev/net/tun" : "modprobe tun"));
    }
    if (!host.isReadableAndWritable(DEVICE)) {
      return List.of(
          Finding.warn(SUBJECT, "this user may not open it: no net_tap", "run Gatun as root"));
    }
    return List.of(Finding.ok(SUBJECT, "there, for net_tap"));
  }

  private static boolean container(HostFiles host) {
    return host.exists(".dockerenv") || host.exists("run/.containerenv");
  }
}
