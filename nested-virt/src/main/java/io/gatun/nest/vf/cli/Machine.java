package io.gatun.nest.vf.cli;

import io.gatun.nest.link.CommandRunner;
import io.gatun.nest.link.IpLink;
import io.gatun.nest.link.SystemCommands;
import io.gatun.nest.sysfs.HostTree;
import io.gatun.nest.sysfs.PciBus;
import io.gatun.nest.vf.Inventory;
import io.gatun.pmd.cli.Shutdown;
import java.io.PrintStream;
import java.util.function.Supplier;

/**
 * What a subcommand works on.
 *
 * @param tree its files
 * @param bus its PCI bus
 * @param ip its interfaces
 * @param stop installed before the first change; asked between steps
 * @param out where results go
 * @param err where failures go that a result tells too
 */
record Machine(
    HostTree tree,
    PciBus bus,
    IpLink ip,
    Supplier<Shutdown.Request> stop,
    PrintStream out,
    PrintStream err) {
  static Machine of(
      HostTree tree,
      CommandRunner runner,
      Supplier<Shutdown.Request> stop,
      PrintStream out,
      PrintStream err) {
    return new Machine(tree, new PciBus(tree), new IpLink(runner), stop, out, err);
  }

  /** The machine that the command runs on. */
  static Machine real() {
    return of(
        HostTree.ofMachine(), new SystemCommands(), Shutdown::install, System.out, System.err);
  }

  /** The same with a request that is installed already. */
  Machine with(Shutdown.Request installed) {
    return new Machine(tree, bus, ip, () -> installed, out, err);
  }

  Inventory inventory() {
    return Inventory.read(tree, ip);
  }
}
