package io.gatun.nest.extender;

import io.gatun.nest.machine.Machine;
import io.gatun.nest.rpc.Assignment;
import io.gatun.nest.rpc.Hop;
import io.gatun.nest.rpc.Kind;
import io.gatun.nest.rpc.Settings;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
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
    return changed(draft -> draft.phase = next);
  }

  Lease with(Settings newSettings) {
    return changed(draft -> draft.settings = newSettings);
  }

  Lease withAsked(Settings newAsked, boolean newStandIn) {
    return changed(
        draft -> {
          draft.asked = newAsked;
          draft.standIn = newStandIn;
        });
  }

  Lease withFunction(Functions.@Nullable Owned newOwned, String newAddress) {
    return changed(
        draft -> {
          draft.owned = newOwned;
          draft.address = newAddress;
        });
  }

  /** Once this level has let go of it: its address may be another one's now. */
  Lease withoutFunction() {
    return changed(Draft::dropFunction);
  }

  Lease withSlot(String newSlot) {
    return changed(draft -> draft.slot = newSlot);
  }

  Lease withUnenforced(List<String> names) {
    return changed(draft -> draft.unenforced = names);
  }

  /** As the outer level answered. */
  Lease granted(Assignment outer) {
    return changed(
        draft -> {
          draft.settings = outer.settings();
          draft.outerSlot = outer.slot();
          draft.outerChain = outer.chain();
          draft.outerKind = outer.kind();
          draft.unenforced = outer.unenforced();
          draft.reason = outer.reason();
        });
  }

  /** An emulated NIC instead, by the same name. */
  Lease emulated(String why) {
    return changed(
        draft -> {
          draft.dropFunction();
          draft.source = Source.LOCAL;
          draft.outerChain = List.of();
          draft.outerKind = null;
          draft.unenforced = List.of();
          draft.reason = why;
        });
  }

  private Lease changed(Consumer<Draft> change) {
    Draft draft = new Draft(this);
    change.accept(draft);
    return draft.lease(machine, name, fallback);
  }

  /** What of a lease can change. */
  private static final class Draft {
    private Phase phase;
    private Source source;
    private Settings settings;
    private Functions.@Nullable Owned owned;
    private @Nullable String address;
    private @Nullable String outerSlot;
    private @Nullable String slot;
    private List<Hop> outerChain;
    private @Nullable Kind outerKind;
    private List<String> unenforced;
    private @Nullable String reason;
    private Settings asked;
    private boolean standIn;

    Draft(Lease before) {
      phase = before.phase;
      source = before.source;
      settings = before.settings;
      owned = before.owned;
      address = before.address;
      outerSlot = before.outerSlot;
      slot = before.slot;
      outerChain = before.outerChain;
      outerKind = before.outerKind;
      unenforced = before.unenforced;
      reason = before.reason;
      asked = before.asked;
      standIn = before.standIn;
    }

    void dropFunction() {
      owned = null;
      address = null;
      outerSlot = null;
      slot = null;
    }

    Lease lease(String machine, String name, boolean fallback) {
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
          asked,
          standIn);
    }
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
