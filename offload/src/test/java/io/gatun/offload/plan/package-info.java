@NullMarked
package io.gatun.offload.plan;

import org.jspecify.annotations.NullMarked;
