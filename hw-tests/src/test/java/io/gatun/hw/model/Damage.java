package io.gatun.hw.model;

import java.util.Optional;
import java.util.Random;

/**
 * A received frame with one wrong bit in one checksum. What is damaged inside does not show
 * outside: an outer UDP checksum is computed again over the damaged inner packet.
 */
public enum Damage {
  NOTHING,
  OUTER_IP,
  OUTER_UDP,
  INNER_IP,
  INNER_L4;

  /** The damaged frame; empty when it has no such checksum, or when the damage makes it 0. */
  public Optional<byte[]> inflict(byte[] frame, Random random) {
    RxLayers layers = RxLayers.parse(frame);
    if (!layers.isTunnelled()) {
      return this == NOTHING ? Optional.of(frame) : Optional.empty();
    }
    byte[] damaged = frame.clone();
    boolean inner = this == INNER_IP || this == INNER_L4;
    if (this != NOTHING) {
      RxLayers.Layer layer = inner ? layers.innermost() : layers.outermost();
      int field = this == OUTER_IP || this == INNER_IP ? ip(layer) : l4(layer, frame);
      if (field < 0) {
        return Optional.empty();
      }
      Octets.put16(damaged, field, Octets.u16(damaged, field) ^ 1 << random.nextInt(16));
      if (Octets.u16(damaged, field) == 0) {
        return Optional.empty();
      }
    }
    if (inner && layers.outermost().isUdp() && layers.outermost().hasL4Checksum(frame)) {
      completeUdp(damaged, layers.outermost());
    }
    return Optional.of(damaged);
  }

  private static int ip(RxLayers.Layer layer) {
    return layer.isV4() ? layer.at() + 10 : -1;
  }

  private static int l4(RxLayers.Layer layer, byte[] frame) {
    return layer.hasL4Checksum(frame) ? layer.l4() + (layer.isTcp() ? 16 : 6) : -1;
  }

  private static void completeUdp(byte[] frame, RxLayers.Layer layer) {
    int addresses = layer.isV4() ? layer.at() + 12 : layer.at() + 8;
    int bytes = layer.end() - layer.l4();
    Octets.put16(frame, layer.l4() + 6, 0);
    long sum = Octets.sum(frame, addresses, layer.isV4() ? layer.at() + 20 : layer.at() + 40);
    sum += layer.protocol() + bytes + Octets.sum(frame, layer.l4(), layer.end());
    int checksum = Octets.checksum(sum);
    Octets.put16(frame, layer.l4() + 6, checksum == 0 ? 0xffff : checksum);
  }
}
