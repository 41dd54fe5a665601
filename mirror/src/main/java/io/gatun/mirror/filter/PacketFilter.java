package io.gatun.mirror.filter;

import io.gatun.bindings.LibPcap;
import io.gatun.mirror.filter.FilterCompiler.Result;
import io.gatun.pmd.DataPath;

/**
 * Says of a packet whether it matches an expression of pcap-filter(7), tcpdump's syntax.
 *
 * <p>The packet is what lies in the mbuf, over all segments: a VLAN tag that the NIC took out is
 * not there. {@code len}, {@code greater} and {@code less} mean the packet's own length. What
 * libpcap asks the Linux kernel for ({@code inbound}, {@code outbound}) and what loops ({@code
 * protochain}) is refused.
 *
 * <p>Made on the control thread; asked by any lcore that owns the packet, several at once: a filter
 * has no state.
 */
public abstract class PacketFilter {
  /** No longer expression comes out small enough for the JIT. */
  private static final int MAX_LENGTH = 16_384;

  private static final int MAX_SHOWN = 300;
  private static final int MAX_AROUND_MARK = 30;

  PacketFilter() {}

  /**
   * Compiles an expression. Names of hosts, ports and protocols are looked up now, once, which may
   * block.
   *
   * @param expression what tcpdump takes; blank for every packet
   * @param inner to ask about the inner frame of a tunnelled packet, which is found as {@code
   *     InnerFrame} says; packets without one do not match. Where the tunnel carries IP without
   *     Ethernet and the expression asks for what only Ethernet has ({@code vlan}, {@code ether
   *     host}), they do not match either.
   * @throws IllegalArgumentException when libpcap or Gatun refuses the expression: with the reason,
   *     and a mark in the expression where the position can be found
   * @throws IllegalStateException when libpcap is not installed
   */
  public static PacketFilter compile(String expression, boolean inner) {
    if (expression.isBlank()) {
      return inner
          ? new InnerFilter(ConstantFilter.EVERYTHING, ConstantFilter.EVERYTHING)
          : ConstantFilter.EVERYTHING;
    }
    if (expression.indexOf('\0') >= 0) {
      throw new IllegalArgumentException("filter: the expression has a NUL character in it");
    }
    if (expression.length() > MAX_LENGTH) {
      throw new IllegalArgumentException(
          "filter \"%s\": %d characters, but %d are the most; spread it over several sessions"
              .formatted(shorten(expression), expression.length(), MAX_LENGTH));
    }
    return LargeStack.call(
        () -> {
          FrameFilter ethernet = ethernet(expression);
          return inner ? new InnerFilter(ethernet, ip(expression)) : ethernet;
        });
  }

  /** Both: a packet must match this filter and {@code other}. */
  public final PacketFilter and(PacketFilter other) {
    return new BothFilter(this, other);
  }

  /** Whether a packet matches; {@code mbuf} is the address of its first segment. */
  @DataPath
  public abstract boolean matches(long mbuf);

  private static FrameFilter ethernet(String expression) {
    try (FilterCompiler compiler = new FilterCompiler(LibPcap.DLT_EN10MB)) {
      return switch (compiler.compile(expression)) {
        case Result.Program(var instructions) -> Translator.translate(BpfProgram.of(instructions));
        case Result.Failure(String message) ->
            throw new IllegalArgumentException(explain(compiler, expression, message));
      };
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "filter \"%s\": %s".formatted(shorten(expression), e.getMessage()), e);
    }
  }

  /** What Ethernet has understood and plain IP cannot have is no mistake: it never matches. */
  private static FrameFilter ip(String expression) {
    try (FilterCompiler compiler = new FilterCompiler(LibPcap.DLT_RAW)) {
      return compiler.compile(expression) instanceof Result.Program(var instructions)
          ? Translator.translate(BpfProgram.of(instructions))
          : ConstantFilter.NOTHING;
    }
  }

  /** One line: what libpcap says, and the expression with a mark. */
  private static String explain(FilterCompiler compiler, String expression, String message) {
    int position = ErrorLocator.locate(compiler, expression, message);
    StringBuilder text = new StringBuilder(message);
    if (position == expression.length()) {
      text.append(" (something is missing at the end)");
    } else if (position != ErrorLocator.UNKNOWN) {
      int from = Math.max(0, position - MAX_AROUND_MARK);
      int to = Math.min(expression.length(), position + MAX_AROUND_MARK);
      text.append(" at character ").append(position + 1).append(": ");
      text.append(from == 0 ? "" : "...").append(expression, from, position).append('^');
      text.append(expression, position, to).append(to == expression.length() ? "" : "...");
    }
    return text.append("; the syntax is tcpdump's: man pcap-filter").toString();
  }

  private static String shorten(String expression) {
    return expression.length() <= MAX_SHOWN
        ? expression
        : expression.substring(0, MAX_SHOWN) + "...";
  }
}
