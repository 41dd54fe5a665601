/**
 * The planner: what of a packet's completion the NIC does and what software does, decided once,
 * when a port is configured.
 *
 * <p>Control plane, immutable and without native calls: {@link
 * io.gatun.offload.plan.OffloadRequest} × {@link io.gatun.offload.plan.PortCapabilities} × {@link
 * io.gatun.offload.plan.Quirks} × {@link io.gatun.offload.plan.SelfTestResults} → {@link
 * io.gatun.offload.plan.OffloadPlan}.
 */
@NullMarked
package io.gatun.offload.plan;

import org.jspecify.annotations.NullMarked;
