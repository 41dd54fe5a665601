package io.gatun.nest.extender;

import io.gatun.nest.machine.Machine;
import io.gatun.nest.rpc.Assignment;
import io.gatun.nest.rpc.Hop;
import io.gatun.nest.rpc.Kind;
import io.gatun.nest.rpc.Settings;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An interface of a machine of this level, as it stands in the journal.
 *
 * @param machine who has it
 * @param name of the interface, as the machine calls it
 * @param phase see {@link Phase}
 * @param source where it comes from
 * @param settings what it is set to
 * @param fallback whether an emulated NIC will do
 * @param owned the virtual function, where this level owns it
 * @param address the function's PCI address at this level, once it is known
 * @param outerSlot where the outer level said the function is
 * @param slot where the machine sees it, once it is plugged
 * @param outerChain where the function is seen further out
 * @param outerKind what the outer level gave
 * @param unenforced settings that the device does not honour
 * @param reason why it is emulated, in words
 * @param asked the settings that the machine asked for
 * @param standIn whether this level asked, for a machine in which no extender answers
 */
record Lease(
    String machine,
    String name,
    Phase phase,
    Source source,
    Settings settings,
    boolean fallback,
    Functions.@Nullable Owned owned,
    @Nullable String address,
    @Nullable String outerSlot,
    @Nullable String slot,
    List<Hop> outerChain,
    @Nullable Kind outerKind,
    List<String> unenforced,
    @Nullable String reason,
    Settings asked,
    boolean standIn) {

  /** Where an interface comes from. */
  enum Source {
    /** A virtual function of a physical function of this level. */
    OWNED,
    /** What the outer level gave. */
    OUTER,
    /** A NIC that this level emulates. */
    LOCAL
  }

  Lease {
    outerChain = List.copyOf(outerChain);
    unenforced = List.copyOf(unenforced);
  }

  static Lease begin(
      String machine, String name, Source source, Settings settings, boolean fallback) {
    return new Lease(
        machine,
        name,
        Phase.CHECKING,
        source,
        settings,
        fallback,
        null,
        null,
        null,
        null,
        List.of(),
        null,
        List.of(),
        null,
        settings,
        false);
  }

  static String key(String machine, String name) {
    return machine + "/" + name;
  }

  /** Names it in this level. */
  String key() {
    return key(machine, name);
  }

  /** The id of its device. */
  String deviceId() {
    return Machine.ID_PREFIX + key().replace('/', '.');
  }

  Kind kind() {
    return source == Source.LOCAL || outerKind == Kind.EMULATED ? Kind.EMULATED : Kind.FUNCTION;
  }

  Lease at(Phase next) {
    return new Lease(
        machine,
        name,
        next,
        source,
        settings,
        fallback,
        owned,
        address,
        outerSlot,
        slot,
        outerChain,
        outerKind,
        unenforced,
        reason,
        asked,
        standIn);
  }

  Lease with(Settings newSettings) {
    return new Lease(
        machine,
        name,
        phase,
        source,
        newSettings,
        fallback,
        owned,
        address,
        outerSlot,
        slot,
        outerChain,
        outerKind,
        unenforced,
        reason,
        asked,
        standIn);
  }

  Lease withAsked(Settings newAsked, boolean newStandIn) {
    return new Lease(
        machine,
        name,
        phase,
        source,
        settings,
        fallback,
        owned,
        address,
        outerSlot,
        slot,
        outerChain,
        outerKind,
        unenforced,
        reason,
        newAsked,
        newStandIn);
  }

  Lease withFunction(Functions.@Nullable Owned newOwned, String newAddress) {
    return new Lease(
        machine,
        name,
        phase,
        source,
        settings,
        fallback,
        newOwned,
        newAddress,
        outerSlot,
        slot,
        outerChain,
        outerKind,
        unenforced,
        reason,
        asked,
        standIn);
  }

  /** Once this level has let go of it: its address may be another one's now. */
  Lease withoutFunction() {
    return new Lease(
        machine,
        name,
        phase,
        source,
        settings,
        fallback,
        null,
        null,
        null,
        null,
        outerChain,
        outerKind,
        unenforced,
        reason,
        asked,
        standIn);
  }

  Lease withSlot(String newSlot) {
    return new Lease(
        machine,
        name,
        phase,
        source,
        settings,
        fallback,
        owned,
        address,
        outerSlot,
        newSlot,
        outerChain,
        outerKind,
        unenforced,
        reason,
        asked,
        standIn);
  }

  Lease withUnenforced(List<String> names) {
    return new Lease(
        machine,
        name,
        phase,
        source,
        settings,
        fallback,
        owned,
        address,
        outerSlot,
        slot,
        outerChain,
        outerKind,
        names,
        reason,
        asked,
        standIn);
  }

  /** As the outer level answered. */
  Lease granted(Assignment outer) {
    return new Lease(
        machine,
        name,
        phase,
        source,
        outer.settings(),
        fallback,
        owned,
        address,
        outer.slot(),
        slot,
        outer.chain(),
        outer.kind(),
        outer.unenforced(),
        outer.reason(),
        asked,
        standIn);
  }

  /** An emulated NIC instead, by the same name. */
  Lease emulated(String why) {
    return new Lease(
        machine,
        name,
        phase,
        Source.LOCAL,
        settings,
        fallback,
        null,
        null,
        null,
        null,
        List.of(),
        null,
        List.of(),
        why,
        asked,
        standIn);
  }

  /** What its machine is told. */
  Assignment assignment(String level) {
    List<Hop> chain = new ArrayList<>(outerChain);
    if (address != null) {
      chain.add(new Hop(level, address));
    }
    return new Assignment(name, kind(), settings, slot, reason, unenforced, chain);
  }
}
