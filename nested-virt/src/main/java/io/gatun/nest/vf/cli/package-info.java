/** {@code gatun vf}: the command line over {@link io.gatun.nest.vf}. */
@NullMarked
package io.gatun.nest.vf.cli;

import org.jspecify.annotations.NullMarked;
