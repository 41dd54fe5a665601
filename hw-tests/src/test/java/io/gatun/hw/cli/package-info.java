/** The command line as users meet it: the finished distribution in a process of its own. */
@NullMarked
package io.gatun.hw.cli;

import org.jspecify.annotations.NullMarked;
