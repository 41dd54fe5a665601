package io.gatun.offload.flow;

import java.util.List;
import java.util.Map;

/**
 * What the NIC shall do, and in which ways it can be asked: the first offer that it takes is the
 * one that stays.
 *
 * @param name what reports call it, such as {@code vxlan 42}
 * @param offers from the one that does most to the one that does least
 * @param never functions that are wanted but must not be asked for, with the reason in words
 */
public record WantedRule(String name, List<Offer> offers, Map<String, String> never) {
  public WantedRule {
    offers = List.copyOf(offers);
    never = Map.copyOf(never);
  }

  public WantedRule(String name, List<? extends Offer> offers) {
    this(name, List.copyOf(offers), Map.of());
  }
}
