/** {@code gatun mirror}, and the section {@code mirror} of {@code gatun run}'s file. */
@NullMarked
package io.gatun.mirror.cli;

import org.jspecify.annotations.NullMarked;
