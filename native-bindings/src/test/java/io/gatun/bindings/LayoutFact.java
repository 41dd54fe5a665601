package io.gatun.bindings;

/**
 * A line of the probe and what must come out.
 *
 * @param key names it in both worlds
 * @param print C statements that print the value
 * @param expected what Java has
 */
record LayoutFact(String key, String print, String expected) {}
