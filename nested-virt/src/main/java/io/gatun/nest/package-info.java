/**
 * SR-IOV through nested virtual machines: cascaded extenders hand a virtual function down.
 *
 * <p>The module's place in the graph is fixed here; its content is issue 5.
 */
@NullMarked
package io.gatun.nest;

import org.jspecify.annotations.NullMarked;
