/**
 * What every command that moves packets has in common: its options, its ports and loops, its
 * control loop, its summary.
 *
 * <p>A command makes a {@link io.gatun.pmd.session.PortSession}, gives it ports and {@link
 * io.gatun.pmd.session.Worker}s, and hands it to a {@link io.gatun.pmd.session.SessionControl},
 * which runs it and returns a {@link io.gatun.pmd.session.SessionSummary}.
 */
@NullMarked
package io.gatun.pmd.session;

import org.jspecify.annotations.NullMarked;
