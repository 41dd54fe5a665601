/**
 * Mirror sessions: what users ask for ({@link io.gatun.mirror.session.SessionConfig}), and {@link
 * io.gatun.mirror.session.Mirror}, which puts taps on queues and gives every lcore's engine its
 * lanes. Control plane, but for what {@link io.gatun.mirror.session.Mirror} hands to workers.
 */
@NullMarked
package io.gatun.mirror.session;

import org.jspecify.annotations.NullMarked;
