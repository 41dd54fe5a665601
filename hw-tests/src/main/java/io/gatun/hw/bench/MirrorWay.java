package io.gatun.hw.bench;

import java.util.List;

/** How the packets of a run are mirrored: {@code gatun mirror}'s options, or those of a peer. */
enum MirrorWay {
  NONE("no mirror"),
  PORT("port", "--source=1:tx", "--to=port:2"),
  INGRESS("port, ingress", "--source=0:rx", "--to=port:2"),
  ERSPAN(
      "erspan2",
      "--source=1:tx",
      "--to=erspan2:port=2,local=192.168.100.1,remote=192.168.100.2,session=7"),
  SAMPLE("1 in 100", "--source=1:tx", "--to=port:2", "--sample=100"),
  FILTER("filter, 1 in 100", "--source=1:tx", "--to=port:2", "--filter=udp dst port 2001"),
  NOTHING("filter arp, nothing", "--source=1:tx", "--to=port:2", "--filter=arp"),
  NOTHING_DEEP(
      "filter udp port, nothing", "--source=1:tx", "--to=port:2", "--filter=udp dst port 9"),
  COPY("copy", "--source=1:tx", "--to=port:2", "--copy"),
  OVS_NONE("OVS-DPDK, no mirror"),
  OVS_PORT("OVS-DPDK");

  private final String title;

  @SuppressWarnings("ImmutableEnumChecker") // made by List.of
  private final List<String> options;

  MirrorWay(String title, String... options) {
    this.title = title;
    this.options = List.of(options);
  }

  /** For people. */
  String title() {
    return title;
  }

  boolean isOvs() {
    return this == OVS_NONE || this == OVS_PORT;
  }

  /** Options of {@code gatun mirror}; none where there is no mirror or no Gatun. */
  List<String> options() {
    return options;
  }

  /** One of so many packets is mirrored; 0 for none at all. */
  int oneIn() {
    return switch (this) {
      case SAMPLE, FILTER -> 100;
      case NONE, OVS_NONE, NOTHING, NOTHING_DEEP -> 0;
      case PORT, INGRESS, ERSPAN, COPY, OVS_PORT -> 1;
    };
  }
}
