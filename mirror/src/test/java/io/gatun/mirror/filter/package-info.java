@NullMarked
package io.gatun.mirror.filter;

import org.jspecify.annotations.NullMarked;
