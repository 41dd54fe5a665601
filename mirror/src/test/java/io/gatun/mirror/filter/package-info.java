/** Filters against libpcap's own interpreter: expressions, random programs, refusals. */
@NullMarked
package io.gatun.mirror.filter;

import org.jspecify.annotations.NullMarked;
