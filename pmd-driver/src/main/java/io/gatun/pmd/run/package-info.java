/**
 * {@code gatun run}: ports, tunnels and stages composed by a YAML file; see docs/run.md.
 *
 * <p>{@link io.gatun.pmd.run.RunSection}s, found with ServiceLoader, each read one key of the file,
 * as {@link io.gatun.pmd.run.ConfigNode}s that know their line, and tell {@link
 * io.gatun.pmd.run.RunContext} what they need.
 */
@NullMarked
package io.gatun.pmd.run;

import org.jspecify.annotations.NullMarked;
