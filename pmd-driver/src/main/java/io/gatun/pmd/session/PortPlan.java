package io.gatun.pmd.session;

import io.gatun.pmd.Port;
import io.gatun.pmd.PortConfig;

/**
 * A port and how it is to be set up.
 *
 * @param port not configured so far
 * @param config checked against the port before anything is changed
 */
public record PortPlan(Port port, PortConfig config) {}
