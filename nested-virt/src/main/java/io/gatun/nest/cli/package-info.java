/** The command {@code gatun nest}. */
@NullMarked
package io.gatun.nest.cli;

import org.jspecify.annotations.NullMarked;
