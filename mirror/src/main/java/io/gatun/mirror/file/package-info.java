/**
 * Mirrored packets in pcapng files: an lcore offers mbufs to a ring and goes on, a thread of the
 * file's own writes them out of the very buffers, and says how far it is.
 */
@NullMarked
package io.gatun.mirror.file;

import org.jspecify.annotations.NullMarked;
