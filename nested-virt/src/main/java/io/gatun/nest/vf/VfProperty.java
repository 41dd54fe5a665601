package io.gatun.nest.vf;

import io.gatun.nest.link.VfLink;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What can be set of a VF in one call of {@code ip link set dev PF vf N}. */
enum VfProperty {
  MAC {
    @Override
    List<String> arguments(VfLink link) {
      return List.of("mac", link.mac().toString());
    }
  },
  VLAN {
    @Override
    List<String> arguments(VfLink link) {
      List<String> tag =
          List.of("vlan", Integer.toString(link.vlan()), "qos", Integer.toString(link.qos()));
      // Drivers without 802.1ad refuse the argument, and 802.1Q is what all take without it.
      return link.vlanProtocol().equals(VfLink.DOT1AD)
          ? List.of(tag.get(0), tag.get(1), tag.get(2), tag.get(3), "proto", "802.1ad")
          : tag;
    }
  },
  SPOOF_CHECK {
    @Override
    List<String> arguments(VfLink link) {
      return onOff("spoofchk", link.spoofCheck());
    }
  },
  TRUST {
    @Override
    List<String> arguments(VfLink link) {
      return onOff("trust", link.trust());
    }
  },
  LINK_STATE {
    @Override
    List<String> arguments(VfLink link) {
      String state = link.linkState();
      return state == null ? List.of() : List.of("state", state);
    }
  },
  RATE {
    @Override
    List<String> arguments(VfLink link) {
      return List.of(
          "max_tx_rate",
          Integer.toString(link.maxTxRate()),
          "min_tx_rate",
          Integer.toString(link.minTxRate()));
    }
  };

  /** What sets it to {@code link}'s value; empty where the driver does not show one. */
  abstract List<String> arguments(VfLink link);

  /** Whether two links have it alike. */
  boolean isSame(VfLink one, VfLink other) {
    return arguments(one).equals(arguments(other));
  }

  private static List<String> onOff(String name, @Nullable Boolean value) {
    return value == null ? List.of() : List.of(name, value ? "on" : "off");
  }

  /** For people. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }
}
