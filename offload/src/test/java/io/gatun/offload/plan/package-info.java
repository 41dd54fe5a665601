/** Tests of the planner: every combination of capabilities, preferences and tunnels. */
@NullMarked
package io.gatun.offload.plan;

import org.jspecify.annotations.NullMarked;
