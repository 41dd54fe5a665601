package io.gatun.mirror.encap;

import io.gatun.pmd.wire.Erspan;
import io.gatun.pmd.wire.Vlan;
import java.util.Map;
import java.util.OptionalLong;

/**
 * An encapsulation as a user asks for it. Immutable; every record checks its numbers, with messages
 * that name the key as it is written in a destination.
 */
public sealed interface EncapsulationSpec {
  /** The word that it begins with in a destination: one of {@link EncapsulationKeys#kinds}. */
  String kind();

  /**
   * Reads an encapsulation.
   *
   * <pre>
   * span
   * rspan    vlan=1..4094 [pcp=0..7]
   * erspan1  ENDPOINTS
   * erspan2  ENDPOINTS session=0..1023 [index=0..1048575]
   * erspan3  ENDPOINTS session=0..1023 [hwid=0..63] [sgt=0..65535]
   * gre      ENDPOINTS [key=0..4294967295]
   * vxlan    ENDPOINTS vni=0..16777215 [port=1..65535] [csum=on|off]
   *
   * ENDPOINTS: local=ADDR remote=ADDR [mac=MAC] [src-mac=MAC] [dscp=0..63] [ttl=1..255]
   *            [vlan=ID[:PCP]]
   * </pre>
   *
   * <p>Without {@code mac} the outer frame is broadcast; without {@code src-mac} it is the port's.
   * {@code csum=off} sends VXLAN's UDP checksum as zero, with IPv6 too (RFC 6935 section 5, RFC
   * 6936). Numbers are decimal or, with 0x, hexadecimal.
   *
   * @param kind the first word
   * @param settings keys and values, each as text
   * @throws IllegalArgumentException with the key, its value, what is allowed and what to do
   */
  static EncapsulationSpec parse(String kind, Map<String, String> settings) {
    return EncapsulationKeys.parse(kind, settings);
  }

  /**
   * The same with the first word among the settings, as {@code kind}.
   *
   * @throws IllegalArgumentException as there
   */
  static EncapsulationSpec parse(Map<String, String> settings) {
    return EncapsulationKeys.parse(settings);
  }

  /** The frame as it is. */
  record Span() implements EncapsulationSpec {
    @Override
    public String kind() {
      return "span";
    }
  }

  /**
   * An 802.1Q tag (type 0x8100) before all that the frame has.
   *
   * @param vlan id of the remote-SPAN VLAN, 1 to 4094
   * @param priority PCP, 0 to 7
   */
  record Rspan(int vlan, int priority) implements EncapsulationSpec {
    static final int MAX_PRIORITY = 7;

    public Rspan {
      Ranges.check("vlan", vlan, 1, Vlan.MAX_ID);
      Ranges.check("pcp", priority, 0, MAX_PRIORITY);
    }

    @Override
    public String kind() {
      return "rspan";
    }
  }

  /**
   * ERSPAN type I: GRE and nothing else.
   *
   * @param endpoints between whom
   */
  record Erspan1(Endpoints endpoints) implements EncapsulationSpec {
    @Override
    public String kind() {
      return "erspan1";
    }
  }

  /**
   * ERSPAN type II.
   *
   * @param endpoints between whom
   * @param session 0 to 1023
   * @param index port and direction as the user numbers them, 0 to 1048575
   */
  record Erspan2(Endpoints endpoints, int session, int index) implements EncapsulationSpec {
    public Erspan2 {
      Ranges.check("session", session, 0, Erspan.MAX_SESSION);
      Ranges.check("index", index, 0, Erspan.MAX_INDEX);
    }

    @Override
    public String kind() {
      return "erspan2";
    }
  }

  /**
   * ERSPAN type III, with timestamps of 100 ns.
   *
   * @param endpoints between whom
   * @param session 0 to 1023
   * @param hardwareId 0 to 63
   * @param securityGroup security group tag, 0 to 65535; 0 for none
   */
  record Erspan3(Endpoints endpoints, int session, int hardwareId, int securityGroup)
      implements EncapsulationSpec {
    static final int MAX_SECURITY_GROUP = 0xffff;

    public Erspan3 {
      Ranges.check("session", session, 0, Erspan.MAX_SESSION);
      Ranges.check("hwid", hardwareId, 0, Erspan.MAX_HARDWARE_ID);
      Ranges.check("sgt", securityGroup, 0, MAX_SECURITY_GROUP);
    }

    @Override
    public String kind() {
      return "erspan3";
    }
  }

  /**
   * Ethernet in GRE (transparent Ethernet bridging).
   *
   * @param endpoints between whom
   * @param key 32 bits, or none
   */
  record GreTeb(Endpoints endpoints, OptionalLong key) implements EncapsulationSpec {
    static final long MAX_KEY = 0xffff_ffffL;

    public GreTeb {
      Ranges.check("key", key.orElse(0), 0, MAX_KEY);
    }

    @Override
    public String kind() {
      return "gre";
    }
  }

  /**
   * VXLAN.
   *
   * @param endpoints between whom
   * @param vni 0 to 16777215
   * @param port UDP destination port
   * @param checksum whether the outer UDP checksum is computed, which reads the whole frame; sent
   *     as zero otherwise
   */
  record VxlanTunnel(Endpoints endpoints, int vni, int port, boolean checksum)
      implements EncapsulationSpec {
    static final int MAX_VNI = 0xff_ffff;
    static final int MAX_PORT = 0xffff;

    public VxlanTunnel {
      Ranges.check("vni", vni, 0, MAX_VNI);
      Ranges.check("port", port, 1, MAX_PORT);
    }

    @Override
    public String kind() {
      return "vxlan";
    }
  }
}
