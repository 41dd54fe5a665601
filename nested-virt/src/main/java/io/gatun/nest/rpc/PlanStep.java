package io.gatun.nest.rpc;

/**
 * A step of a plan.
 *
 * @param level whose extender does it
 * @param words what it does
 */
public record PlanStep(String level, String words) {}
