/**
 * The launcher {@code gatun COMMAND [EAL arguments] -- [options]} and the commands that every
 * installation has.
 *
 * <p>{@link io.gatun.pmd.cli.Main} finds {@link io.gatun.pmd.cli.Command}s with ServiceLoader, so
 * it knows none of them; other modules add theirs in the same way. Every command prints for people
 * by default and one JSON document with {@code --json}, and exits with 0 (done), 1 (failed) or 2
 * (wrong usage); an error is one line on standard error that says what to do.
 */
@NullMarked
package io.gatun.pmd.cli;

import org.jspecify.annotations.NullMarked;
