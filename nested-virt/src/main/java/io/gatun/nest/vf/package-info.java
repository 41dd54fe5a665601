/**
 * The virtual functions of one machine: what is there, and how it is changed.
 *
 * <p>{@link io.gatun.nest.vf.Inventory} is a picture of one moment. A planner ({@link
 * io.gatun.nest.vf.CreatePlan}, {@link io.gatun.nest.vf.SetPlan}, {@link
 * io.gatun.nest.vf.BindPlan}) compares it with what is wanted and makes a {@link
 * io.gatun.nest.vf.Plan}: steps, none where all is as wanted, each with the way back. {@link
 * io.gatun.nest.vf.PlanRun} takes them, and goes back when one fails.
 */
@NullMarked
package io.gatun.nest.vf;

import org.jspecify.annotations.NullMarked;
