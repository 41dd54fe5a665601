package io.gatun.offload.gateway;

import io.gatun.offload.TunnelConfig;
import io.gatun.pmd.cli.UsageException;
import java.io.ByteArrayOutputStream;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads {@code --option CLASS:TYPE:DATA} into the bytes of a Geneve header (RFC 8926 section 3.5).
 */
final class GeneveOptions {
  private static final Pattern FORM =
      Pattern.compile("(?:0x)?([0-9a-fA-F]{1,4}):(?:0x)?([0-9a-fA-F]{1,2}):(?:0x)?([0-9a-fA-F]*)");
  private static final int MAX_DATA_BYTES = 124;

  private GeneveOptions() {}

  static byte[] parse(List<String> texts) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (String text : texts) {
      Matcher matcher = FORM.matcher(text);
      if (!matcher.matches() || matcher.group(3).length() % 2 != 0) {
        throw new UsageException(
            "--option \"%s\": CLASS:TYPE:DATA in hexadecimal is the form, as in 0102:80:00000001"
                .formatted(text));
      }
      byte[] data = HexFormat.of().parseHex(matcher.group(3));
      if (data.length > MAX_DATA_BYTES || data.length % 4 != 0) {
        throw new UsageException(
            "--option \"%s\": %d bytes of data; 0 to %d in steps of 4 are allowed"
                .formatted(text, data.length, MAX_DATA_BYTES));
      }
      int optionClass = Integer.parseInt(matcher.group(1), 16);
      bytes.write(optionClass >>> 8);
      bytes.write(optionClass);
      bytes.write(Integer.parseInt(matcher.group(2), 16));
      bytes.write(data.length / 4);
      bytes.writeBytes(data);
    }
    if (bytes.size() > TunnelConfig.MAX_OPTION_BYTES) {
      throw new UsageException(
          "--option: %d bytes of Geneve options with their headers; at most %d fit"
              .formatted(bytes.size(), TunnelConfig.MAX_OPTION_BYTES));
    }
    return bytes.toByteArray();
  }
}
