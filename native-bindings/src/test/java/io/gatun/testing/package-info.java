/** What the tests of every module use; the other modules get it as this module's test jar. */
@NullMarked
package io.gatun.testing;

import org.jspecify.annotations.NullMarked;
