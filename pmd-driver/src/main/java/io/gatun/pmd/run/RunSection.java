package io.gatun.pmd.run;

/**
 * What one top-level key of {@code gatun run}'s file means. Found with ServiceLoader; an
 * implementation is public and has a public constructor without parameters; one instance serves one
 * run. Control thread.
 *
 * <p>Sections are configured in an order that does not depend on the file. First every section is
 * told its part of the file: it checks it, claims ports, puts hooks on ports. When all ports are
 * configured, {@link RunContext#whenReady} actions run: they make workers, for which queues, pools
 * and everybody's stages are there.
 */
public interface RunSection {
  /** The key. */
  String key();

  /**
   * Reads the key's value and tells {@code context} what is needed.
   *
   * @throws ConfigException when the value cannot be
   */
  void configure(ConfigNode node, RunContext context);
}
