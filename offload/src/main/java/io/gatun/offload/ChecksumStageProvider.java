package io.gatun.offload;

import io.gatun.pmd.PacketStage;
import io.gatun.pmd.StageContext;
import io.gatun.pmd.StageProvider;

/** {@code gatun forward --stage checksum}. */
public final class ChecksumStageProvider implements StageProvider {
  private static final String PARSE_TUNNEL = "parse-tunnel";

  /** For ServiceLoader. */
  public ChecksumStageProvider() {}

  @Override
  public String name() {
    return "checksum";
  }

  @Override
  public String description() {
    return "computes IPv4, TCP and UDP checksums anew; parse-tunnel=on: inner ones, too";
  }

  @Override
  public PacketStage create(StageContext context) {
    context.allowOnly(name(), PARSE_TUNNEL);
    String parse = context.option(PARSE_TUNNEL, "off");
    if (!parse.equals("on") && !parse.equals("off")) {
      throw new IllegalArgumentException(
          "stage checksum: parse-tunnel=%s: on or off is needed".formatted(parse));
    }
    return new ChecksumStage(parse.equals("on"));
  }
}
