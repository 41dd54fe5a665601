/**
 * Which packets a session mirrors: expressions in tcpdump's syntax, compiled by libpcap to classic
 * BPF and from there to Java byte code, which the JIT compiles into the poll loop.
 *
 * <pre>
 *  expression ──libpcap──► BpfProgram ──Translator──► hidden class ──C2──► machine code
 *  "tcp port 80"           checked                    FrameFilter
 * </pre>
 *
 * <p>{@link io.gatun.mirror.filter.PacketFilter} is all that others need.
 */
@NullMarked
package io.gatun.mirror.filter;

import org.jspecify.annotations.NullMarked;
