package io.gatun.nest.vf;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatun.nest.link.IpLink;
import io.gatun.nest.sysfs.FakeMachine;
import io.gatun.nest.sysfs.FakeMachine.Fault;
import io.gatun.nest.sysfs.PciAddress;
import io.gatun.nest.sysfs.PciBus;
import io.gatun.nest.sysfs.PciFunction;
import io.gatun.pmd.MacAddress;
import io.gatun.pmd.cli.Shutdown;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.function.IntFunction;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Random commands on a random machine, at which any change may fail, before or after it took
 * effect, and a signal may come between any two: the machine ends as asked, or as it was before.
 */
@Tag("slow")
class VfHistoriesTest {
  private static final int HISTORIES = 10_000;
  private static final int HISTORIES_A_MACHINE = 100;
  private static final long SEED = Long.getLong("gatun.seed", 5);

  private final Random random = new Random(SEED);
  private final List<String> violations = new ArrayList<>();
  private int faults;
  private int signals;
  private int refused;
  private int done;
  private int undone;
  private int leftBehind;

  /** What one history asks for. */
  private record Wish(String text, Planner planner, Goal goal) {}

  @FunctionalInterface
  private interface Planner {
    Plan plan(Inventory inventory) throws IOException;
  }

  @FunctionalInterface
  private interface Goal {
    boolean isReached(Inventory inventory);
  }

  @Test
  void everyHistoryEndsAsAskedOrAsBefore(@TempDir Path folder) throws IOException {
    for (int machine = 0; machine < HISTORIES / HISTORIES_A_MACHINE; machine++) {
      FakeMachine fake = new FakeMachine(Files.createDirectory(folder.resolve("m" + machine)));
      fake.withPhysical("0000:01:00.0", "enp1s0", 3).withPhysical("0000:02:00.0", "enp2s0", 2);
      for (int i = 0; i < HISTORIES_A_MACHINE; i++) {
        history(fake);
      }
    }
    System.out.printf(
        "vf: histories %d, faults %d, signals %d, done %d, undone %d, refused %d,"
            + " reported as not undone %d, violations %d (seed %d)%n",
        HISTORIES, faults, signals, done, undone, refused, leftBehind, violations.size(), SEED);
    assertThat(violations.stream().limit(5)).isEmpty();
    // Each kind of end must have been tried often, or the test shows nothing.
    assertThat(List.of(faults, signals, done, undone, refused, leftBehind))
        .allSatisfy(count -> assertThat(count).isGreaterThan(HISTORIES / 100));
  }

  private void history(FakeMachine fake) throws IOException {
    IpLink ip = new IpLink(fake);
    PciBus bus = new PciBus(fake.tree());
    fake.failing(change -> Fault.NONE, "");
    hold(fake);
    Inventory inventory = Inventory.read(fake.tree(), ip);
    boolean isForced = random.nextInt(4) == 0;
    Wish wish = wish(inventory, isForced, bus, ip);
    String before = fake.snapshot();
    List<PciAddress> held = fake.functions().stream().filter(fake::isHeld).toList();

    Plan plan;
    try {
      plan = wish.planner().plan(inventory);
    } catch (IllegalStateException | IllegalArgumentException e) {
      refused++;
      check(fake.changes() == 0, wish, "refused after a change: " + e.getMessage());
      return;
    }
    int steps = plan.steps().size();
    boolean isTwice = random.nextInt(4) == 0;
    fake.failing(faults(steps, isTwice), "Device or resource busy");
    Outcome outcome = PlanRun.run(plan, signal(steps));
    int fired = fake.fired();
    faults += fired;
    fake.failing(change -> Fault.NONE, "");
    if (!isForced) {
      check(held.stream().allMatch(fake::isHeld), wish, "taken from a guest without --force");
    }
    Inventory after = Inventory.read(fake.tree(), ip);
    if (outcome.isDone()) {
      done++;
      check(wish.goal().isReached(after), wish, "done, but not reached:\n" + fake.snapshot());
      int again = wish.planner().plan(after).steps().size();
      check(again == 0, wish, "a second run has " + again + " steps");
    } else if (outcome.isLeftBehind()) {
      leftBehind++;
      check(fired > 1, wish, "not undone after one fault: " + outcome);
    } else {
      undone++;
      check(
          before.equals(fake.snapshot()),
          wish,
          "not as before:\n%s%s%s".formatted(before, fake.snapshot(), outcome));
    }
  }

  private void check(boolean holds, Wish wish, String words) {
    if (!holds) {
      violations.add(wish.text() + ": " + words);
    }
  }

  /**
   * No fault in a quarter of histories; one in half; in the last quarter some in a row more, so
   * that the way back is hit too.
   */
  private IntFunction<Fault> faults(int steps, boolean isTwice) {
    if (random.nextInt(4) == 0) {
      return change -> Fault.NONE;
    }
    int first = random.nextInt(Math.max(steps, 1) + 1);
    int second = isTwice ? first + 1 + random.nextInt(3) : Integer.MAX_VALUE;
    int last = second + random.nextInt(4);
    Fault kind = random.nextBoolean() ? Fault.BEFORE : Fault.AFTER;
    return change -> change == first || (change >= second && change <= last) ? kind : Fault.NONE;
  }

  private Shutdown.Request signal(int steps) {
    if (steps == 0 || random.nextInt(8) != 0) {
      return () -> false;
    }
    signals++;
    int[] left = {random.nextInt(steps + 1)};
    return () -> left[0]-- <= 0;
  }

  /** Now and then a guest opens a VF that vfio-pci has. */
  private void hold(FakeMachine fake) {
    for (PciAddress address : fake.functions()) {
      if ("vfio-pci".equals(fake.driver(address))
          && !fake.isHeld(address)
          && random.nextInt(6) == 0) {
        int pid = 1000 + address.bus() * 256 + address.device() * 8 + address.function();
        fake.heldBy(address.toString(), pid, "qemu-system-x86", "l1");
      }
    }
  }

  private Wish wish(Inventory inventory, boolean isForced, PciBus bus, IpLink ip) {
    PhysicalFunction physical = inventory.physicalFunctions().get(random.nextInt(2));
    List<VirtualFunction> virtual = physical.virtualFunctions();
    int kind = random.nextInt(virtual.isEmpty() ? 3 : 10);
    if (kind < 3) {
      return create(physical.name(), random.nextInt(5), isForced, bus, ip);
    }
    String name = physical.name() + "/" + random.nextInt(virtual.size());
    return switch (kind) {
      case 3, 4, 5 -> set(physical.name(), name, bus, ip);
      case 6, 7 -> bind(name, isForced, bus, ip);
      default -> unbind(physical.name(), name, random.nextInt(4) == 0, isForced, bus, ip);
    };
  }

  private Wish create(String name, int number, boolean isForced, PciBus bus, IpLink ip) {
    Boolean autoprobe = random.nextInt(3) == 0 ? Boolean.valueOf(random.nextBoolean()) : null;
    CreatePlan.Options options = new CreatePlan.Options(autoprobe, random.nextBoolean(), isForced);
    return new Wish(
        "create %s %d %s".formatted(name, number, options),
        inventory -> CreatePlan.of(inventory.physical(name), number, options, bus, ip),
        inventory -> {
          PhysicalFunction physical = inventory.physical(name);
          return physical.virtualFunctions().size() == number
              && (autoprobe == null || autoprobe == physical.sriov().isAutoprobed())
              && (number == 0 || !options.isUp() || physical.requireLink().isUp());
        });
  }

  private Wish set(String physical, String name, PciBus bus, IpLink ip) {
    int tag = random.nextInt(3);
    VfSettings settings =
        new VfSettings(
            maybe(new MacAddress(0x0200_0000_0000L + random.nextInt(4))),
            maybe(tag),
            tag == 0 ? null : maybe(random.nextInt(8)),
            maybe(random.nextBoolean() ? "802.1q" : "802.1ad"),
            maybe(random.nextBoolean()),
            maybe(random.nextBoolean()),
            maybe(List.of("auto", "enable", "disable").get(random.nextInt(3))),
            null,
            maybe(random.nextInt(3) * 100),
            null);
    return new Wish(
        "set %s %s".formatted(name, settings),
        inventory ->
            SetPlan.of(inventory.physical(physical), virtual(inventory, name), settings, bus, ip),
        inventory ->
            Readback.values(Objects.requireNonNull(virtual(inventory, name).link()))
                .entrySet()
                .containsAll(settings.asked().entrySet()));
  }

  private <T> @Nullable T maybe(T value) {
    return random.nextBoolean() ? value : null;
  }

  private static VirtualFunction virtual(Inventory inventory, String name) {
    PciFunction function = inventory.function(name);
    return inventory.physicalFunctions().stream()
        .flatMap(physical -> physical.virtualFunctions().stream())
        .filter(virtual -> virtual.function().address().equals(function.address()))
        .findFirst()
        .orElseThrow();
  }

  private Wish bind(String name, boolean isForced, PciBus bus, IpLink ip) {
    String driver = Stream.of("vfio-pci", "igbvf").skip(random.nextInt(2)).findFirst().get();
    return new Wish(
        "bind %s %s force %s".formatted(name, driver, isForced),
        inventory -> BindPlan.bind(inventory, inventory.function(name), driver, isForced, bus, ip),
        inventory ->
            driver.equals(inventory.function(name).driver())
                && driver.equals(inventory.function(name).driverOverride()));
  }

  private Wish unbind(
      String physical, String name, boolean isLeftFree, boolean isForced, PciBus bus, IpLink ip) {
    return new Wish(
        "unbind %s free %s force %s".formatted(name, isLeftFree, isForced),
        inventory ->
            BindPlan.unbind(inventory, inventory.function(name), isLeftFree, isForced, bus, ip),
        inventory -> {
          PciFunction function = inventory.function(name);
          boolean isAuto = inventory.physical(physical).sriov().isAutoprobed();
          return function.driverOverride() == null
              && (isLeftFree ? function.driver() == null : !isAuto || function.isKernelDriven());
        });
  }
}
