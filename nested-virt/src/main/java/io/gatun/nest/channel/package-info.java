/**
 * The cascade's transport: frames over a byte stream that has no message boundaries and whose ends
 * come and go (a virtio-serial port).
 */
@NullMarked
package io.gatun.nest.channel;

import org.jspecify.annotations.NullMarked;
