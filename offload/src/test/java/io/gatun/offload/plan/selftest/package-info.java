/** Tests of what the self-test compares and where it keeps its results. */
@NullMarked
package io.gatun.offload.plan.selftest;

import org.jspecify.annotations.NullMarked;
