/** What tests of several kinds share: programs of the system that they start. */
@NullMarked
package io.gatun.hw.tool;

import org.jspecify.annotations.NullMarked;
