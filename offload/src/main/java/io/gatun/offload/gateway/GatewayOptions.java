package io.gatun.offload.gateway;

import io.gatun.offload.TunnelConfig;
import io.gatun.offload.plan.OffloadPreference;
import io.gatun.pmd.MacAddress;
import io.gatun.pmd.cli.UsageException;
import io.gatun.pmd.wire.IpAddress;
import io.gatun.pmd.wire.TunnelType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options of {@code gatun gateway}, and the gateway that they describe. */
final class GatewayOptions {
  private static final Pattern TENANT =
      Pattern.compile("([0-9]{1,5})(?:\\.([0-9]{1,4}))?(?:=([0-9]{1,10}))?");
  private static final Pattern VLAN = Pattern.compile("([0-9]{1,4})(?::([0-7]))?");
  private static final long NO_IDENTIFIER = -1;

  @Option(
      names = "--tenant",
      required = true,
      split = ",",
      paramLabel = "PORT[.VLAN][=VNI]",
      description = "Port, or VLAN of a port, whose frames are tunnelled; several with commas")
  List<String> tenants = List.of();

  @Option(names = "--underlay", required = true, description = "Port to the other end points")
  int underlay;

  @Option(
      names = "--tunnel",
      required = true,
      paramLabel = "TYPE",
      description = "vxlan, vxlan-gpe, geneve, nvgre, gre or ipip")
  String tunnel = "";

  @Option(names = "--vni", description = "VNI, VSID (nvgre) or key (gre, optional)")
  @Nullable Long vni;

  @Option(
      names = "--local",
      required = true,
      paramLabel = "ADDR[/PREFIX]",
      description = "Own address on the underlay; without a prefix every remote is on the link")
  String local = "";

  @Option(
      names = "--remote",
      required = true,
      split = ",",
      paramLabel = "ADDR",
      description = "Other end points; with several, group and unknown addresses go to all")
  List<String> remotes = List.of();

  @Option(
      names = "--remote-mac",
      split = ",",
      paramLabel = "MAC",
      description = "Their addresses on the link, in the same order (default: ARP, ND)")
  List<String> remoteMacs = List.of();

  @Option(names = "--next-hop", paramLabel = "ADDR", description = "Router to remotes off the link")
  @Nullable String nextHop;

  @Option(names = "--port", paramLabel = "UDP", description = "UDP port (default: IANA's)")
  @Nullable Integer port;

  @Option(
      names = "--mtu",
      description = "Most bytes of an outer IP packet (default: the underlay port's MTU)")
  @Nullable Integer mtu;

  @Option(
      names = "--udp-checksum",
      paramLabel = "on|off",
      description = "Outer UDP checksum (default: off over IPv4, on over IPv6)")
  @Nullable String udpChecksum;

  @Option(
      names = "--dscp",
      paramLabel = "copy|0..63",
      defaultValue = "0",
      description = "Outer DSCP (default: ${DEFAULT-VALUE}); ECN is always RFC 6040's")
  String dscp = "0";

  @Option(
      names = "--ttl",
      defaultValue = "64",
      description = "Outer TTL or hop limit (default: ${DEFAULT-VALUE})")
  int ttl = 64;

  @Option(
      names = "--df",
      paramLabel = "on|off",
      defaultValue = "on",
      description = "Outer don't-fragment (default: ${DEFAULT-VALUE})")
  String dontFragment = "on";

  @Option(
      names = "--vlan",
      paramLabel = "ID[:PCP]",
      description = "VLAN tag of the underlay (default: none)")
  @Nullable String vlan;

  @Option(
      names = "--option",
      paramLabel = "OPTION",
      description = "geneve: CLASS:TYPE:DATA in hexadecimal; gre: csum or seq; repeatable")
  List<String> options = List.of();

  @Option(
      names = "--bad-outer",
      paramLabel = "drop|deliver",
      defaultValue = "drop",
      description = "Wrong outer checksums (default: ${DEFAULT-VALUE})")
  String badOuter = "drop";

  @Option(
      names = "--bad-inner",
      paramLabel = "drop|deliver",
      defaultValue = "deliver",
      description = "Wrong inner checksums (default: ${DEFAULT-VALUE}: the receiver decides)")
  String badInner = "deliver";

  @Option(
      names = "--offload",
      paramLabel = "inner=X,outer=Y",
      description = "hw, sw or auto for each pass on the underlay port (default: auto)")
  @Nullable String offload;

  @Option(
      names = "--ageing",
      paramLabel = "SECONDS",
      defaultValue = "300",
      description = "Forget silent stations after this time; 0: never (default: ${DEFAULT-VALUE})")
  int ageing = GatewayConfig.DEFAULT_AGEING_SECONDS;

  @Option(
      names = "--gro",
      arity = "0..1",
      fallbackValue = "0",
      paramLabel = "BYTES",
      description =
          "Merge TCP segments from the tunnel into IP packets of so many bytes, or of the tenant"
              + " port's MTU; the port must send packets of several buffers")
  @Nullable Integer gro;

  /** From a file, instead of {@link #remotes} and {@link #remoteMacs}. */
  List<GatewayConfig.Remote> remoteList = List.of();

  /**
   * The gateway that is meant.
   *
   * @param underlayMtu of the underlay port, for a missing {@code --mtu}
   * @throws IllegalArgumentException naming the option, the value and what is allowed
   */
  GatewayConfig toConfig(int underlayMtu) {
    TunnelType type = tunnelType(tunnel);
    String[] parts = local.split("/", 2);
    IpAddress address = IpAddress.parse(parts[0]);
    TunnelConfig.Builder builder =
        TunnelConfig.builder(type, address)
            .dscp(dscp.equals("copy") ? TunnelConfig.COPY_DSCP : number("--dscp", dscp, 0, 63))
            .ttl(ttl)
            .dontFragment(isOn("--df", dontFragment))
            .mtu(mtu != null ? mtu : underlayMtu)
            .dropBad(isDrop("--bad-outer", badOuter), isDrop("--bad-inner", badInner));
    setUdp(builder, type);
    if (vlan != null) {
      builder.outerVlan(tci(vlan));
    }
    setOptions(builder, type);
    return new GatewayConfig(
        underlay,
        builder.build(),
        parts.length < 2 ? 0 : number("--local " + local + ": prefix", parts[1], 1, 128),
        nextHop == null ? null : IpAddress.parse(nextHop),
        tenants.stream().map(this::tenant).toList(),
        remoteList(),
        List.of(),
        offload == null ? OffloadPreference.AUTO : OffloadPreference.parse(offload),
        ageing,
        GatewayConfig.DEFAULT_STATION_CAPACITY,
        gro == null ? GatewayConfig.NO_GRO : gro);
  }

  private void setUdp(TunnelConfig.Builder builder, TunnelType type) {
    if (port != null) {
      if (!type.isUdp()) {
        throw new UsageException(
            "--port %d: %s has no UDP; leave --port out".formatted(port, type.label()));
      }
      builder.udpPort(port);
    }
    if (udpChecksum != null) {
      builder.udpChecksum(isOn("--udp-checksum", udpChecksum));
    }
  }

  private void setOptions(TunnelConfig.Builder builder, TunnelType type) {
    if (options.isEmpty()) {
      return;
    }
    switch (type) {
      case GENEVE -> builder.options(GeneveOptions.parse(options));
      case GRE -> {
        for (String option : options) {
          if (!option.equals("csum") && !option.equals("seq")) {
            throw new UsageException("--option %s: gre has csum and seq".formatted(option));
          }
        }
        builder.gre(options.contains("csum"), options.contains("seq"));
      }
      default ->
          throw new UsageException(
              "--option %s: %s has none; geneve has CLASS:TYPE:DATA, gre has csum and seq"
                  .formatted(options.getFirst(), type.label()));
    }
  }

  private GatewayConfig.Tenant tenant(String text) {
    Matcher matcher = TENANT.matcher(text.strip());
    if (!matcher.matches()) {
      throw new UsageException(
          "--tenant \"%s\": PORT[.VLAN][=VNI] is the form, as in 0, 0.100=42 or 1=43"
              .formatted(text));
    }
    String identifier = matcher.group(3);
    return new GatewayConfig.Tenant(
        Integer.parseInt(matcher.group(1)),
        matcher.group(2) == null
            ? GatewayConfig.Tenant.ANY_VLAN
            : Integer.parseInt(matcher.group(2)),
        identifier != null
            ? Long.parseLong(identifier)
            : vni != null ? checked(vni) : NO_IDENTIFIER);
  }

  /** A negative number must not pass for none. */
  private static long checked(long vni) {
    if (vni < 0) {
      throw new UsageException("--vni: %d is negative".formatted(vni));
    }
    return vni;
  }

  private List<GatewayConfig.Remote> remoteList() {
    if (!remoteList.isEmpty()) {
      return remoteList;
    }
    if (!remoteMacs.isEmpty() && remoteMacs.size() != remotes.size()) {
      throw new UsageException(
          "--remote-mac: %d addresses for %d remotes; give one for each, or none"
              .formatted(remoteMacs.size(), remotes.size()));
    }
    List<GatewayConfig.Remote> list = new ArrayList<>();
    for (int i = 0; i < remotes.size(); i++) {
      list.add(
          new GatewayConfig.Remote(
              IpAddress.parse(remotes.get(i).strip()),
              remoteMacs.isEmpty() ? null : MacAddress.parse(remoteMacs.get(i).strip())));
    }
    return list;
  }

  static TunnelType tunnelType(String text) {
    for (TunnelType type : TunnelType.values()) {
      if (type.label().equals(text)) {
        return type;
      }
    }
    throw new UsageException(
        "--tunnel \"%s\": there are %s"
            .formatted(
                text,
                Arrays.stream(TunnelType.values())
                    .map(TunnelType::label)
                    .collect(Collectors.joining(", "))));
  }

  private static int tci(String text) {
    Matcher matcher = VLAN.matcher(text);
    int id = matcher.matches() ? Integer.parseInt(matcher.group(1)) : -1;
    if (id < 1 || id > 4094) {
      throw new UsageException(
          "--vlan \"%s\": ID[:PCP] with ID in [1, 4094] and PCP in [0, 7]".formatted(text));
    }
    String priority = matcher.group(2);
    return (priority == null ? 0 : Integer.parseInt(priority)) << 13 | id;
  }

  private static boolean isOn(String name, String text) {
    return oneOf(name, text, "on", "off");
  }

  private static boolean isDrop(String name, String text) {
    return oneOf(name, text, "drop", "deliver");
  }

  private static boolean oneOf(String name, String text, String yes, String no) {
    if (!text.equals(yes) && !text.equals(no)) {
      throw new UsageException("%s \"%s\": %s or %s is needed".formatted(name, text, yes, no));
    }
    return text.equals(yes);
  }

  private static int number(String name, String text, int least, int most) {
    try {
      int value = Integer.parseInt(text);
      if (value >= least && value <= most) {
        return value;
      }
    } catch (NumberFormatException e) {
      // told below, with the range
    }
    throw new UsageException("%s: \"%s\" is not in [%d, %d]".formatted(name, text, least, most));
  }
}
