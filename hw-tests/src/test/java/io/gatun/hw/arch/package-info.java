/**
 * Rules that the sources and the byte code keep, checked by machines: the module picture, native
 * access, the data path, tidiness, and the compiler's own checkers.
 *
 * <p>A rule that accepts everything passes as well as one that works, so each has canaries: small
 * sources beside the rule, compiled when the test runs, that it must reject (one for each kind of
 * violation) and one that it must accept.
 */
@NullMarked
package io.gatun.hw.arch;

import org.jspecify.annotations.NullMarked;
