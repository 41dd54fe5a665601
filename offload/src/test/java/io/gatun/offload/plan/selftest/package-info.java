@NullMarked
package io.gatun.offload.plan.selftest;

import org.jspecify.annotations.NullMarked;
