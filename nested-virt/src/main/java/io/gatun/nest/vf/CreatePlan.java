package io.gatun.nest.vf;

import io.gatun.nest.link.IpLink;
import io.gatun.nest.sysfs.PciBus;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Plans for the number of VFs. */
public final class CreatePlan {
  private final PhysicalFunction physical;
  private final Changes changes;
  private final List<Step> steps = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();

  /**
   * What is wanted beside the number.
   *
   * @param autoprobe whether the kernel binds its driver to new VFs; null for as it is
   * @param isUp whether the physical function's interface is to be up
   * @param isForced whether VFs in use are taken away
   */
  public record Options(@Nullable Boolean autoprobe, boolean isUp, boolean isForced) {}

  private CreatePlan(PhysicalFunction physical, PciBus bus, IpLink ip) {
    this.physical = physical;
    this.changes = new Changes(bus, ip);
  }

  /**
   * A physical function gets {@code number} VFs; with 0 all go.
   *
   * @throws IllegalArgumentException if it cannot have so many
   * @throws IllegalStateException if it cannot be done now, a VF being in use for one
   */
  public static Plan of(
      PhysicalFunction physical, int number, Options options, PciBus bus, IpLink ip) {
    CreatePlan plan = new CreatePlan(physical, bus, ip);
    plan.check(number);
    plan.number(number, options);
    if (number > 0) {
      plan.up(options.isUp());
    }
    return new Plan(plan.steps, plan.notes);
  }

  private void check(int number) {
    int total = physical.sriov().totalVfs();
    if (number < 0 || number > total) {
      throw new IllegalArgumentException(
          "numvfs: %d is not in [0, %d]: %s has %d"
              .formatted(number, total, physical.function().describe(), total));
    }
  }

  private void number(int number, Options options) {
    int now = physical.sriov().numVfs();
    boolean autoprobe =
        options.autoprobe() == null ? physical.sriov().isAutoprobed() : options.autoprobe();
    if (now != number && !physical.function().isKernelDriven()) {
      throw new IllegalStateException(
          "%s: only its kernel driver makes VFs: gatun vf unbind %s"
              .formatted(physical.function().describe(), physical.function().address()));
    }
    if (now != number && now != 0) {
      requireUnused(number, options.isForced());
      steps.add(changes.numVfs(physical, now, 0));
      if (number != 0) {
        notes.add(
            ("the kernel changes the number only from 0: the %d VFs that are there go first, with"
                    + " their properties and drivers")
                .formatted(now));
      }
    }
    if (autoprobe != physical.sriov().isAutoprobed()) {
      steps.add(changes.autoprobe(physical, autoprobe));
    }
    if (now != number && number != 0) {
      steps.add(changes.numVfs(physical, 0, number));
    }
  }

  private void requireUnused(int number, boolean isForced) {
    String used =
        physical.virtualFunctions().stream()
            .filter(function -> !function.usage().isFree())
            .map(
                function ->
                    "%s/%d by %s"
                        .formatted(physical.name(), function.index(), function.usage().text()))
            .collect(Collectors.joining(", "));
    if (used.isEmpty()) {
      return;
    }
    if (!isForced) {
      throw new IllegalStateException(
          "%s: in use: %s%s; end that first, or take it away with --force"
              .formatted(
                  physical.function().describe(),
                  used,
                  number == 0
                      ? ""
                      : " (the kernel changes the number only from 0, so all VFs would go first)"));
    }
    notes.add("taken away by force: " + used);
  }

  private void up(boolean isWanted) {
    if (physical.link() == null || physical.link().isUp()) {
      return;
    }
    String name = physical.link().name();
    if (isWanted) {
      steps.add(changes.up(name));
    } else {
      notes.add(name + " is down, so its VFs have no link: --up switches it on");
    }
  }
}
