/**
 * DPDK for Java, one to one: the C function's name, its arguments in order, its raw result.
 *
 * <p>Start with {@link io.gatun.bindings.DpdkLibrary}, which finds and loads DPDK and picks the
 * {@link io.gatun.bindings.Abi} table for it. The {@code Rte…} classes hold the control-plane
 * functions by DPDK library; {@link io.gatun.bindings.FastPath} and {@link
 * io.gatun.bindings.Memory} are what a poll loop needs. Package {@code gen} is jextract's output
 * (see {@code scripts/generate-bindings}), is never edited and never leaves this module. What
 * jextract cannot see (inline functions, bit-fields, thread-local variables) is written here by
 * hand, with its source.
 *
 * <p>Nothing here checks arguments: a wrong address ends the JVM. {@code io.gatun.pmd} is the API
 * for people.
 */
@NullMarked
package io.gatun.bindings;

import org.jspecify.annotations.NullMarked;
