package io.gatun.mirror.session;

import io.gatun.mirror.engine.Lane;

/**
 * A lane and what it is part of.
 *
 * @param destination index of the session's destination
 */
record LaneSite(EngineSite site, OutletSite outlet, Lane lane, int destination) {}
