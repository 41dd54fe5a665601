/**
 * The headers that Gatun reads and writes, one class per protocol.
 *
 * <p>How to read it: each class draws its header in ASCII, cites the RFC, and has only static
 * methods over a raw address. {@code at} is always the address of that header's first byte. {@code
 * x(at)} reads the field x, {@code x(at, value)} writes it and leaves its neighbours alone. Numbers
 * are unsigned and in host order, whatever the order on the wire; what does not fit a field is cut
 * to its bits. Ethernet addresses alone stay as they lie in memory: the first octet is the lowest
 * byte of a long.
 *
 * <p>Packet bytes are untrusted, so every class has one check, {@code length(at, available)}: the
 * length of the whole header with its options when it is well-formed and complete within {@code
 * available} bytes, otherwise -1. It reads nothing behind {@code available}. Once it has said yes,
 * no accessor can fail or read outside that length; before, none may be called. It looks at one
 * header only: that a length <em>field</em> (IPv4's total length, UDP's length) fits the bytes that
 * arrived is for the caller to compare, who alone knows how many there are. No check throws, and
 * none loops further than {@code available} reaches.
 *
 * <p>Nothing here allocates or keeps state: every method may be called on the data path, by
 * whichever thread owns the packet's bytes. The methods are small so that the JIT inlines them; a
 * caller passes the address through {@link io.gatun.bindings.Memory#base} once per header, and the
 * bounds checks go as well.
 *
 * <p>Next to the headers: {@link io.gatun.pmd.wire.IpAddress} for the control plane, {@code
 * Checksum}, and {@code Headers}, which parses a packet from its Ethernet header to its transport
 * header with these classes.
 */
@NullMarked
package io.gatun.pmd.wire;

import org.jspecify.annotations.NullMarked;
