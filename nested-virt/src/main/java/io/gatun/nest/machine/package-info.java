/** Virtual machines as an extender sees them: plug a function in, take it out again. */
@NullMarked
package io.gatun.nest.machine;

import org.jspecify.annotations.NullMarked;
