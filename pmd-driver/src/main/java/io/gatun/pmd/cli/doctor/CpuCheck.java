package io.gatun.pmd.cli.doctor;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Are there CPUs for poll loops, and do they have them for themselves and at full speed? */
final class CpuCheck implements Check {
  private static final String CPU = "sys/devices/system/cpu";
  private static final String ISOLATION = "CPU isolation";

  @Override
  public List<Finding> run(HostFiles host) {
    BitSet online = CpuSet.parse(host.text(CPU + "/online", ""));
    String field = host.field("proc/self/status", "Cpus_allowed_list");
    BitSet allowed = field == null ? online : CpuSet.parse(field);
    List<Finding> findings = new ArrayList<>();
    findings.add(count(online, allowed));
    findings.add(isolation(host, allowed));
    findings.add(governor(host));
    findings.add(smt(host));
    return findings;
  }

  private static Finding count(BitSet online, BitSet allowed) {
    BitSet usable = (BitSet) allowed.clone();
    usable.and(online);
    String detail =
        "online %s, this process may use %s"
            .formatted(CpuSet.format(online), CpuSet.format(usable));
    // The main lcore runs the command, every other one a poll loop.
    return usable.cardinality() < 2
        ? Finding.warn(
            "CPUs",
            detail + ": one for the main lcore and one for each poll loop are needed",
            "--lcores=0@%1$s,1@%1$s before -- (both lcores on one CPU, slow)"
                .formatted(CpuSet.format(usable)))
        : Finding.ok("CPUs", detail);
  }

  /** Isolated by isolcpus= or a cpuset partition; without the timer tick by nohz_full=. */
  private static Finding isolation(HostFiles host, BitSet allowed) {
    BitSet isolated = CpuSet.parse(host.text(CPU + "/isolated", ""));
    BitSet tickless = CpuSet.parse(host.text(CPU + "/nohz_full", ""));
    String detail =
        "isolated %s, without timer tick %s"
            .formatted(CpuSet.format(isolated), CpuSet.format(tickless));
    if (!isolated.isEmpty() && tickless.intersects(isolated)) {
      return Finding.ok(ISOLATION, detail);
    }
    BitSet candidates = isolated.isEmpty() ? upperHalf(allowed) : isolated;
    if (candidates.isEmpty()) {
      return Finding.warn(ISOLATION, detail + ": there is no CPU to spare", "use more CPUs");
    }
    return Finding.warn(
        ISOLATION,
        detail + ": the kernel interrupts poll loops, which costs packets under load",
        "isolcpus=%1$s nohz_full=%1$s rcu_nocbs=%1$s on the kernel's command line"
            .formatted(CpuSet.format(candidates)));
  }

  /** The second half of the CPUs, which leaves the first, with the interrupts, to the kernel. */
  private static BitSet upperHalf(BitSet cpus) {
    BitSet upper = (BitSet) cpus.clone();
    for (int i = (cpus.cardinality() + 1) / 2; i > 0; i--) {
      upper.clear(upper.nextSetBit(0));
    }
    return upper;
  }

  private static Finding governor(HostFiles host) {
    TreeSet<String> governors = new TreeSet<>();
    for (String name : host.names(CPU)) {
      String governor = governor(host, name);
      if (governor != null) {
        governors.add(governor);
      }
    }
    String subject = "CPU frequency";
    if (governors.isEmpty()) {
      return Finding.ok(subject, "not in this kernel's hands");
    }
    String detail = "governor " + String.join(", ", governors);
    return governors.equals(new TreeSet<>(List.of("performance")))
        ? Finding.ok(subject, detail)
        : Finding.warn(
            subject,
            detail + ": CPUs may run below their full speed",
            "cpupower frequency-set -g performance");
  }

  private static @Nullable String governor(HostFiles host, String name) {
    return name.matches("cpu\\d+")
        ? host.text(CPU + "/" + name + "/cpufreq/scaling_governor")
        : null;
  }

  private static Finding smt(HostFiles host) {
    return host.number(CPU + "/smt/active", 0) == 1
        ? Finding.warn(
            "SMT",
            "on: two lcores on the CPUs of one core (lscpu -e) share its speed",
            "echo off > /sys/devices/system/cpu/smt/control")
        : Finding.ok("SMT", "off: a CPU is a whole core");
  }
}
