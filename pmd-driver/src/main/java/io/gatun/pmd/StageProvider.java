package io.gatun.pmd;

/**
 * Makes a {@link PacketStage} that users ask for by name, as in {@code gatun forward -- --stage
 * macswap}. Found with ServiceLoader; an implementation is public and has a public constructor
 * without parameters. Control thread.
 */
public interface StageProvider {
  /** What users call it: small letters, digits and hyphens. */
  String name();

  /** What it does and its options, in one line. */
  String description();

  /**
   * Makes a stage for one lcore. The caller calls {@link PacketStage#start} and, at the end, {@link
   * PacketStage#close}.
   *
   * @throws IllegalArgumentException when an option is wrong; the message names the option, the
   *     value and what is allowed
   */
  PacketStage create(StageContext context);
}
