/**
 * Flow rules: what the NIC is asked to do with a tunnel's packets by itself ({@code rte_flow}), and
 * what it said to that. What it refuses runs in software.
 *
 * <p>Control plane, but for {@link io.gatun.offload.flow.TunnelMarks}.
 */
@NullMarked
package io.gatun.offload.flow;

import org.jspecify.annotations.NullMarked;
