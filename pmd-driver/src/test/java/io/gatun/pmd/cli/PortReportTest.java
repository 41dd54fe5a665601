package io.gatun.pmd.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.gatun.pmd.LinkStatus;
import io.gatun.pmd.MacAddress;
import io.gatun.pmd.OffloadNames;
import io.gatun.pmd.PortInfo;
import io.gatun.pmd.RssType;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class PortReportTest {
  private static final OffloadNames NONE = new OffloadNames(List.of(), List.of(), List.of());

  private static PortReport report(
      String name, LinkStatus link, OffloadNames rx, OffloadNames tx, long rssTypes) {
    PortInfo info =
        new PortInfo(
            name,
            "net_ixgbe",
            MacAddress.parse("02:00:00:00:00:01"),
            1,
            0,
            128,
            64,
            new PortInfo.Descriptors(32, 4096, 8),
            new PortInfo.Descriptors(16, 2048, 1),
            68,
            9702,
            0,
            0,
            rssTypes,
            40,
            512,
            true,
            false);
    return new PortReport(3, info, link, 1500, rx, tx);
  }

  @Test
  void jsonHasTheDocumentedFields() throws Exception {
    OffloadNames tx =
        new OffloadNames(List.of("TCP_TSO"), List.of("OUTER_UDP_CKSUM"), List.of("MULTI_SEGS"));
    PortReport report =
        report(
            "0000:01:00.0",
            new LinkStatus(true, 2500, true),
            NONE,
            tx,
            RssType.IPV4.bit() | RssType.VXLAN.bit());
    JsonNode json = new ObjectMapper().readTree(Json.text(report.toJson()));
    assertThat(json)
        .isEqualTo(
            new ObjectMapper()
                .readTree(
                    """
                    {"port": 3, "name": "0000:01:00.0", "driver": "net_ixgbe",
                     "mac": "02:00:00:00:00:01",
                     "link": {"up": true, "speed_mbps": 2500, "full_duplex": true},
                     "numa_node": 1, "max_rx_queues": 128, "max_tx_queues": 64,
                     "rx_descriptors": {"min": 32, "max": 4096, "align": 8},
                     "tx_descriptors": {"min": 16, "max": 2048, "align": 1},
                     "mtu": 1500, "min_mtu": 68, "max_mtu": 9702,
                     "rss": {"types": ["IPV4", "VXLAN"], "key_bytes": 40, "table_entries": 512},
                     "rx_offloads": {"inner": [], "outer": [], "other": []},
                     "tx_offloads": {"inner": ["TCP_TSO"], "outer": ["OUTER_UDP_CKSUM"],
                                     "other": ["MULTI_SEGS"]},
                     "link_interrupt": true, "removal_interrupt": false}
                    """));
  }

  @Test
  void aSpeedThatTheDriverDoesNotKnowIsNull() throws Exception {
    PortReport report = report("net_x", new LinkStatus(true, -1, true), NONE, NONE, 0);
    JsonNode link = new ObjectMapper().readTree(Json.text(report.toJson())).get("link");
    assertThat(link.get("speed_mbps").isNull()).isTrue();
    assertThat(PortReport.toText(List.of(report))).contains("up ? full");
  }

  @Test
  void textShowsLimitsAndColumns() {
    OffloadNames rx = new OffloadNames(List.of("IPV4_CKSUM"), List.of(), List.of("SCATTER"));
    PortReport report =
        report("net_x0", new LinkStatus(true, 2500, false), rx, NONE, RssType.IPV4.bit());
    assertThat(PortReport.toText(List.of(report)))
        .isEqualTo(
            """
            port  name    driver     MAC                link          NUMA  rxq/txq  MTU
            3     net_x0  net_ixgbe  02:00:00:00:00:01  up 2.5G half  1     128/64   68 to 9702

            port 3, net_x0 (net_ixgbe), MTU now 1500
              descriptors  rx 32 to 4096 in steps of 8; tx 16 to 2048
              RSS          key of 40 bytes, table of 512 entries: IPV4
                           inner       outer  other
              rx offloads  IPV4_CKSUM  -      SCATTER
              tx offloads  -           -      -
            """);
  }

  @Test
  void noLineIsWiderThan110CharactersHoweverMuchAPortCanDo() {
    List<String> many =
        List.of("IPV4_CKSUM", "UDP_CKSUM", "TCP_CKSUM", "SCTP_CKSUM", "TCP_TSO", "VXLAN_TNL_TSO");
    OffloadNames all = new OffloadNames(many, many, many);
    long allRss =
        Arrays.stream(RssType.values()).mapToLong(RssType::bit).reduce(0, (a, b) -> a | b);
    PortReport report =
        report(
            "net_virtio_user_with_a_very_long_name_of_63_characters_at_most_",
            new LinkStatus(true, 100_000, true),
            all,
            all,
            allRss);
    assertThat(PortReport.toText(List.of(report, report)).lines())
        .allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(110));
  }
}
