/**
 * The heart of the mirror: what one lcore does with a buffer between its first transmission and the
 * moment its owner gets it back.
 *
 * <pre>
 *          transmit           1st completion          handed over           2nd completion
 *  OWNED ────────────► PRIMARY ────────────► HELD ──────────────► MIRROR ────────────────► OWNED
 *    │            (tap's first queue)         │ ▲ (lane's backlog)  │ (outlet's second queue)
 *    └── received ───────────────────────────►┘ └── next session ◄──┘
 * </pre>
 *
 * <p>Start with {@link io.gatun.mirror.engine.EgressTap}, a transmit queue whose packets are
 * mirrored, and {@link io.gatun.mirror.engine.Lane}, the way of one session to one destination.
 * {@link io.gatun.mirror.engine.BufferTable} knows the state of every buffer that is withheld, by
 * number: there is no object for a packet. {@link io.gatun.mirror.engine.CompletionDetector} finds
 * out what a driver has done with. {@link io.gatun.mirror.engine.MirrorEngine} turns it all.
 *
 * <p>Everything here but the making of it belongs to one lcore. The control thread changes what is
 * mirrored by giving a tap another {@link io.gatun.mirror.engine.Program}.
 */
@NullMarked
package io.gatun.mirror.engine;

import org.jspecify.annotations.NullMarked;
