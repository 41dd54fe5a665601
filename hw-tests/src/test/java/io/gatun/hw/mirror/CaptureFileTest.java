package io.gatun.hw.mirror;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatun.hw.tool.Tool;
import io.gatun.mirror.file.CaptureFile;
import io.gatun.mirror.file.CaptureFileConfig;
import io.gatun.mirror.file.CaptureInterface;
import io.gatun.mirror.file.FrameRing;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** tshark, capinfos and scapy read what a capture file says of every packet. */
class CaptureFileTest {
  private static final List<CaptureInterface> PORTS =
      List.of(
          new CaptureInterface("port 0 (net_tap0)"),
          new CaptureInterface(
              "port 1 (0000:01:00.0)", "the underlay, naïve", 25_000_000_000L, 96, "tcp port 80"));
  private static final long EPOCH = 1_800_000_000_123_456_789L;

  private final PlainMbufs mbufs = new PlainMbufs();
  @TempDir Path directory;

  @BeforeAll
  static void needsReaders() {
    Tool.assumeTshark();
    Tool.assumeScapy();
  }

  @AfterEach
  void free() {
    mbufs.close();
  }

  private CaptureFileConfig config() {
    return new CaptureFileConfig(directory.resolve("m.pcapng"));
  }

  /** A frame that no reader takes for a protocol (an experimental EtherType), of random bytes. */
  private static byte[] frame(Random random, int bytes) {
    byte[] frame = new byte[bytes];
    random.nextBytes(frame);
    if (bytes >= 14) {
      frame[12] = (byte) 0x88;
      frame[13] = (byte) 0xb5;
    }
    return frame;
  }

  private static String time(long nanos) {
    return "%d.%09d".formatted(nanos / 1_000_000_000, nanos % 1_000_000_000);
  }

  /** A packet with random notes, and what tshark has to say of it. */
  private record Offered(String hex, String line) {}

  private Offered offer(FrameRing ring, Random random, int original, long nanos) {
    int captured = random.nextInt(3) == 0 ? random.nextInt(original + 1) : original;
    int port = random.nextInt(2);
    int reason = random.nextInt(4) - 1;
    int lost = random.nextInt(5) == 0 ? random.nextInt(1, Integer.MAX_VALUE) : 0;
    boolean egress = random.nextBoolean();
    byte[] frame = frame(random, original);
    long packet = mbufs.packet(frame, random.nextInt(1, 2049));
    if (lost > 0) {
      ring.dropped(port, lost);
    }
    assertThat(ring.offer(packet, captured, original, port, egress, nanos, reason)).isTrue();
    String line =
        String.join(
            "|",
            time(nanos),
            Integer.toString(original),
            Integer.toString(captured),
            Integer.toString(port),
            PORTS.get(port).name(),
            egress ? "0x00000002" : "0x00000001",
            comment(reason),
            lost > 0 ? Integer.toString(lost) : "");
    return new Offered(HexFormat.of().formatHex(frame, 0, captured), line);
  }

  private static String comment(int reason) {
    return switch (reason) {
      case 0 -> "dropped: no route";
      case 1 -> "dropped: ring, \"full\" é";
      case 2 -> "dropped: reason 2"; // has no name
      default -> "";
    };
  }

  @Test
  void everyPacketIsReadAsItWasOffered() throws IOException {
    Random random = new Random(4);
    List<Offered> offered = new ArrayList<>();
    CaptureFileConfig config = config().withDropReasons(List.of("no route", "ring, \"full\" é"));
    CaptureFile file = CaptureFile.open(config, PORTS);
    FrameRing ring = file.ring(0);
    for (int i = 0; i < 2000; i++) {
      int original = i < 300 ? i + 1 : random.nextInt(1, 9019);
      offered.add(offer(ring, random, original, EPOCH + i * 1_000_000_007L));
    }
    file.close();

    assertThat(ring.completed()).isEqualTo(2000);
    assertThat(file.failure()).isNull();
    assertThat(file.warning()).isNull();
    assertThat(file.lost()).isZero();
    assertThat(file.packets()).isEqualTo(2000);
    assertThat(file.bytes()).isEqualTo(config.path().toFile().length());
    assertThat(file.files()).containsExactly(config.path());
    assertThat(Tshark.packets(config.path(), Tshark.NOTES))
        .containsExactlyElementsOf(offered.stream().map(Offered::line).toList());
    List<String> bytes = offered.stream().map(Offered::hex).toList();
    assertThat(Tshark.bytes(config.path()).stream().map(HexFormat.of()::formatHex))
        .containsExactlyElementsOf(bytes);
    assertThat(scapy(config.path())).containsExactlyElementsOf(bytes);
  }

  /** What the blocks say beside packets, read by tshark's dissector of the file format. */
  @Test
  void headAndStatisticsAreReadAsTheyWereMeant() throws IOException {
    CaptureFile file = CaptureFile.open(config(), PORTS);
    FrameRing ring = file.ring(0);
    long packet = mbufs.packet(new byte[64]);
    for (int i = 0; i < 5; i++) {
      assertThat(ring.offer(packet, 64, 64, i < 3 ? 1 : 0, false, EPOCH + i, -1)).isTrue();
      ring.dropped(1, 10);
    }
    ring.dropped(0, 7);
    file.close();
    assertThat(file.dropped()).isEqualTo(57);

    Path path = file.files().getFirst();
    assertThat(
            Tshark.block(
                path,
                "block.type",
                "section_header.byte_order_magic",
                "section_header.version.major",
                "section_header.section_length",
                "options.option.data.interface.name",
                "options.option.data.interface.description",
                "options.option.data.interface.speed",
                "options.option.data.interface.timestamp_resolution.value",
                "options.option.data.interface.filter.string",
                "interface_description.link_type",
                "interface_description.snap_length"))
        .isEqualTo(
            "0x0a0d0d0a,0x00000001,0x00000001" // section and two interfaces
                + ",0x00000006".repeat(5)
                + ",0x00000005,0x00000005|4d3c2b1a|1|-1"
                + "|port 0 (net_tap0),port 1 (0000:01:00.0)|the underlay, naïve|25000000000|9,9"
                + "|tcp port 80|1,1|262144,96");
    assertThat(
            Tshark.block(
                path,
                "options.option.data.packet.drop_count",
                "options.option.data.interface.received",
                "options.option.data.interface.dropped",
                "options.option.data.interface.accepted_by_filter",
                "options.option.data.interface.dropped_by_os",
                "options.option.data.interface.delivered_to_user"))
        // Of the 50 lost at port 1 20 stand at packets, since the last three had no packet behind.
        .isEqualTo("10,10|9,53|7,50|9,53|0,0|2,3");
    String lengths = Tshark.block(path, "block.length", "block.length_trailer");
    assertThat(lengths.split("\\|", -1)[0]).isEqualTo(lengths.split("\\|", -1)[1]);
    String codes = Tshark.block(path, "options.option.code");
    assertThat(Arrays.stream(codes.split(",", -1)).filter("0"::equals)).as("all ended").hasSize(10);
  }

  /** The packets in hexadecimal as scapy reads them. */
  private static List<String> scapy(Path file) {
    return Tool.scapy(
            """
            for data, meta in RawPcapNgReader(sys.argv[1]):
                print(data.hex())
            """,
            file)
        .lines()
        .toList();
  }
}
