/** What the offload module adds to {@code gatun ports}. */
@NullMarked
package io.gatun.offload.plan.cli;

import org.jspecify.annotations.NullMarked;
