@NullMarked
package io.gatun.mirror.session;

import org.jspecify.annotations.NullMarked;
