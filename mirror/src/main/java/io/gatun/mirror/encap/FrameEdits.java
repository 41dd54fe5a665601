package io.gatun.mirror.encap;

import io.gatun.pmd.MacAddress;
import java.util.OptionalLong;

/** Makes {@link FrameEdit}s: one per lane, as some count. Control plane. */
public final class FrameEdits {
  private FrameEdits() {}

  /**
   * Makes what a user asked for.
   *
   * @param spec it
   * @param portAddress the destination port's, for frames whose Ethernet source is not given
   */
  public static FrameEdit of(EncapsulationSpec spec, MacAddress portAddress) {
    return switch (spec) {
      case EncapsulationSpec.Span _ -> span();
      case EncapsulationSpec.Rspan rspan -> new RspanEdit(rspan);
      case EncapsulationSpec.Erspan1(Endpoints ends) -> erspan1(ends.from(portAddress));
      case EncapsulationSpec.Erspan2(Endpoints ends, int session, int index) ->
          erspan2(ends.from(portAddress), session, index);
      case EncapsulationSpec.Erspan3(Endpoints ends, int session, int hardware, int group) ->
          erspan3(ends.from(portAddress), session, hardware, group);
      case EncapsulationSpec.GreTeb(Endpoints ends, OptionalLong key) ->
          greTeb(ends.from(portAddress), key);
      case EncapsulationSpec.VxlanTunnel(Endpoints ends, int vni, int port, boolean checksum) ->
          vxlan(ends.from(portAddress), vni, port, checksum);
    };
  }

  /** The frame as it is. */
  public static FrameEdit span() {
    return new SpanEdit();
  }

  /**
   * An 802.1Q tag before all others.
   *
   * @param vlan 1 to 4094
   * @param priority 0 to 7
   */
  public static FrameEdit rspan(int vlan, int priority) {
    return new RspanEdit(new EncapsulationSpec.Rspan(vlan, priority));
  }

  /**
   * ERSPAN type I.
   *
   * @param endpoints with an Ethernet source, as for all that follow
   */
  public static FrameEdit erspan1(Endpoints endpoints) {
    return GreEdit.of(new EncapsulationSpec.Erspan1(endpoints));
  }

  /**
   * ERSPAN type II; its sequence number starts at 0.
   *
   * @param endpoints with an Ethernet source
   * @param session 0 to 1023
   * @param index 0 to 1048575
   */
  public static FrameEdit erspan2(Endpoints endpoints, int session, int index) {
    return new ErspanTwoEdit(new EncapsulationSpec.Erspan2(endpoints, session, index));
  }

  /**
   * ERSPAN type III; its sequence number starts at 0.
   *
   * @param endpoints with an Ethernet source
   * @param session 0 to 1023
   * @param hardwareId 0 to 63
   * @param securityGroup 0 to 65535
   */
  public static FrameEdit erspan3(
      Endpoints endpoints, int session, int hardwareId, int securityGroup) {
    return ErspanThreeEdit.of(
        new EncapsulationSpec.Erspan3(endpoints, session, hardwareId, securityGroup));
  }

  /**
   * Ethernet in GRE.
   *
   * @param endpoints with an Ethernet source
   * @param key 0 to 2^32 - 1, or none
   */
  public static FrameEdit greTeb(Endpoints endpoints, OptionalLong key) {
    return GreEdit.of(new EncapsulationSpec.GreTeb(endpoints, key));
  }

  /**
   * VXLAN.
   *
   * @param endpoints with an Ethernet source
   * @param vni 0 to 16777215
   * @param udpPort 1 to 65535
   * @param udpChecksum whether the outer UDP checksum is computed
   */
  public static FrameEdit vxlan(Endpoints endpoints, int vni, int udpPort, boolean udpChecksum) {
    return VxlanEdit.of(new EncapsulationSpec.VxlanTunnel(endpoints, vni, udpPort, udpChecksum));
  }
}
