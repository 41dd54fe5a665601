/**
 * The mirror, judged by others: what tshark, scapy and tcpdump say of mirrored frames, and of the
 * files and ports that they go to.
 */
@NullMarked
package io.gatun.hw.mirror;

import org.jspecify.annotations.NullMarked;
