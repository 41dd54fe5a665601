/** What users write of sessions, right and wrong. */
@NullMarked
package io.gatun.mirror.session;

import org.jspecify.annotations.NullMarked;
