package io.gatun.pmd.cli;

import io.gatun.pmd.Eal;
import io.gatun.pmd.Port;

/**
 * A module's part of {@code gatun ports}: options of its own and a section about each port, found
 * with ServiceLoader.
 *
 * <p>An implementation is public, has a public constructor without parameters, and carries
 * picocli's options, none of them named like an option of {@code gatun ports} or of another
 * section; its package is opened to picocli. One instance serves one call.
 */
public interface PortSection {
  /** The key of the section in a port's JSON object. */
  String key();

  /** Whether its options ask for it. */
  boolean isAsked();

  /**
   * Called once before any port is shown, for what takes time or sends packets.
   *
   * @throws UsageException for an option that does not fit the ports
   */
  default void prepare(Eal eal) throws Exception {}

  /** The section of a port: records, maps, lists, strings, numbers. */
  Object toJson(Port port);

  /** The section of a port for people: lines that end with a newline. */
  String toText(Port port);
}
