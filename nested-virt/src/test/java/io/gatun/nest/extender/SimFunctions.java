package io.gatun.nest.extender;

import io.gatun.nest.rpc.Settings;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The kernel of one level: what functions there are and who drives them. */
final class SimFunctions {
  /** A virtual function of the NIC, whichever levels see it. */
  static final class Silicon {
    final int number;
    Settings settings = Settings.NONE;

    Silicon(int number) {
      this.number = number;
    }
  }

  /** A function as a level sees it. */
  static final class Function {
    final @Nullable Silicon silicon;
    final String mac;
    boolean vfio;
    boolean inUse;

    /** Told when the function is wanted back from whoever uses it. */
    @Nullable Runnable wantedBack;

    Function(@Nullable Silicon silicon, String mac) {
      this.silicon = silicon;
      this.mac = mac;
    }

    String shownMac() {
      Silicon of = silicon;
      String set = of == null ? null : of.settings.mac();
      return set == null ? mac : set;
    }
  }

  private static final String KERNEL_MAC = "02:00:00:00:00:00";

  final Map<String, Function> present = new LinkedHashMap<>();
  final Map<String, String> addressBySlot = new LinkedHashMap<>();
  final List<Functions.Owned> owned = new ArrayList<>();
  private final Map<String, Function> unplugged = new LinkedHashMap<>();
  private final Consumer<String> violation;
  private final String level;
  @Nullable String missing;
  boolean refusing;
  private boolean ownedPresent = true;

  SimFunctions(String level, Consumer<String> violation) {
    this.level = level;
    this.violation = violation;
  }

  void createOwned(int count) {
    for (int i = 0; i < count; i++) {
      String address = "0000:01:10.%d".formatted(i);
      owned.add(new Functions.Owned("0000:01:00.0", i, address));
      present.put(address, new Function(new Silicon(i), KERNEL_MAC));
    }
  }

  /** The physical function is gone, with all its virtual ones; or back, as new. */
  void setOwnedPresent(boolean there) {
    ownedPresent = there;
    enumerate();
  }

  /** A function that a machine still held when its parent went comes back when it lets go. */
  void enumerate() {
    boolean there = ownedPresent;
    for (Functions.Owned one : owned) {
      if (!there) {
        Function function = present.get(one.address());
        if (function != null) {
          present.remove(one.address());
          unplugged.put(one.address(), function);
        }
      } else {
        Function function = unplugged.get(one.address());
        if (function != null && !function.inUse) {
          unplugged.remove(one.address());
          function.vfio = false;
          if (function.silicon != null) {
            function.silicon.settings = Settings.NONE;
          }
          present.put(one.address(), function);
        }
      }
    }
  }

  Functions open(SimProcess process) {
    return new Functions() {
      @Override
      public List<Owned> owned() {
        return List.copyOf(owned);
      }

      @Override
      public @Nullable String missing() {
        return missing;
      }

      @Override
      public Optional<Found> at(String slot) {
        String address = addressBySlot.get(slot);
        Function function = address == null ? null : present.get(address);
        return function == null || address == null
            ? Optional.empty()
            : Optional.of(new Found(address, function.vfio ? null : function.shownMac()));
      }

      @Override
      public boolean isPresent(String address) {
        return present.containsKey(address);
      }

      @Override
      public boolean isFree(String address) {
        Function function = present.get(address);
        return function != null && !function.vfio && !function.inUse;
      }

      @Override
      public boolean isInUse(String address) {
        Function function = present.get(address);
        return function != null && function.inUse;
      }

      @Override
      public boolean isVfio(String address) {
        Function function = present.get(address);
        return function != null && function.vfio;
      }

      @Override
      public @Nullable Boolean isLinkUp(Owned function) {
        return present.containsKey(function.address());
      }

      @Override
      public List<String> configure(Owned vf, Settings settings) throws FunctionException {
        process.point();
        Function function = get(vf.address());
        refuse("configure");
        if (function.silicon != null) {
          function.silicon.settings = settings.or(function.silicon.settings); // others stay
        }
        process.point();
        return List.of();
      }

      @Override
      public void restore(Owned vf) throws FunctionException {
        process.point();
        Function function = get(vf.address());
        refuse("restore");
        if (function.inUse) {
          violation.accept("%s: %s is restored in use".formatted(level, vf.address()));
        }
        if (function.silicon != null) {
          function.silicon.settings = Settings.NONE;
        }
        process.point();
      }

      @Override
      public void bindVfio(String address) throws FunctionException {
        process.point();
        Function function = get(address);
        refuse("bindVfio");
        if (function.inUse) {
          violation.accept("%s: %s is bound in use".formatted(level, address));
        }
        function.vfio = true;
        process.point();
      }

      @Override
      public void bindKernel(String address) throws FunctionException {
        process.point();
        Function function = get(address);
        refuse("bindKernel");
        if (function.inUse) {
          violation.accept("%s: %s is unbound in use".formatted(level, address));
        }
        function.vfio = false;
        process.point();
      }

      private Function get(String address) throws FunctionException {
        Function function = present.get(address);
        if (function == null) {
          throw new FunctionException(address + ": No such device");
        }
        return function;
      }

      private void refuse(String what) throws FunctionException {
        if (refusing) {
          throw new FunctionException(what + ": Device or resource busy");
        }
      }
    };
  }
}
