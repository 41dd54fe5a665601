package io.gatun.hw.gateway;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One configuration of the gateway, in two languages: as command line options, and as the JSON that
 * the programs in {@code src/test/python} expect.
 *
 * @param name what tests are called
 * @param options for the command line
 * @param config for the programs
 */
record GatewayCase(String name, List<String> options, Map<String, Object> config) {
  static final String REMOTE_MAC = "02:00:00:00:0b:0b";

  /** What net_pcap calls its second device: {@code iface_mac} in pcap_ethdev.c. */
  static final String LOCAL_MAC = "02:70:63:61:70:01";

  static final int VNI = 42;
  static final int MTU = 1500;

  /** A tunnel type between two addresses of the ranges for documentation (RFC 5737, RFC 3849). */
  static GatewayCase of(String tunnel, boolean six, boolean udpChecksum) {
    String local = six ? "2001:db8::1" : "192.0.2.1";
    String remote = six ? "2001:db8::2" : "192.0.2.2";
    String checksum = udpChecksum ? "on" : "off";
    Map<String, Object> config = new LinkedHashMap<>();
    config.put("tunnel", tunnel);
    config.put("local", local);
    config.put("remote", remote);
    config.put("local_mac", LOCAL_MAC);
    config.put("remote_mac", REMOTE_MAC);
    config.put("mtu", MTU);
    config.put("udp_checksum", udpChecksum);
    List<String> options = new ArrayList<>(List.of("--tenant", "0", "--underlay", "1"));
    options.addAll(List.of("--tunnel", tunnel));
    boolean identified = !tunnel.equals("ipip");
    if (identified) {
      options.addAll(List.of("--vni", Integer.toString(VNI)));
      config.put("vni", VNI);
    }
    options.addAll(List.of("--local", local, "--remote", remote, "--remote-mac", REMOTE_MAC));
    options.addAll(List.of("--mtu", Integer.toString(MTU), "--udp-checksum", checksum));
    String name = tunnel + (six ? " over IPv6" : " over IPv4");
    return new GatewayCase(udpChecksum ? name : name + ", no UDP checksum", options, config);
  }

  /** The same with another option, which the programs call {@code key}. */
  GatewayCase with(String key, Object value, String... more) {
    List<String> newOptions = new ArrayList<>(options);
    newOptions.addAll(List.of(more));
    Map<String, Object> newConfig = new LinkedHashMap<>(config);
    newConfig.put(key, value);
    return new GatewayCase(name + " " + String.join(" ", more), newOptions, newConfig);
  }

  /** The same without the option {@code option}, which the programs call {@code key}. */
  GatewayCase without(String key, String option) {
    List<String> newOptions = new ArrayList<>(options);
    int at = newOptions.indexOf(option);
    newOptions.subList(at, at + 2).clear();
    Map<String, Object> newConfig = new LinkedHashMap<>(config);
    newConfig.remove(key);
    return new GatewayCase(name + " without " + option, newOptions, newConfig);
  }

  /** Geneve options as CLASS:TYPE:HEX with CLASS and TYPE in hexadecimal digits. */
  GatewayCase withGeneveOptions(List<Option> list) {
    List<String> newOptions = new ArrayList<>(options);
    List<Object> values = new ArrayList<>();
    for (Option option : list) {
      newOptions.add("--option");
      newOptions.add("0x%04x:0x%02x:%s".formatted(option.kind, option.type, option.data));
      values.add(List.of(option.kind, option.type, option.data));
    }
    Map<String, Object> newConfig = new LinkedHashMap<>(config);
    newConfig.put("options", values);
    return new GatewayCase(name + " with options", newOptions, newConfig);
  }

  /**
   * A Geneve option (RFC 8926, section 3.5).
   *
   * @param kind the class, 0 to 65535
   * @param type 0 to 255; 128 and more are critical
   * @param data hexadecimal digits, a multiple of four bytes
   */
  record Option(int kind, int type, String data) {}

  String json() {
    try {
      return new ObjectMapper().writeValueAsString(config);
    } catch (JsonProcessingException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public String toString() {
    return name;
  }
}
