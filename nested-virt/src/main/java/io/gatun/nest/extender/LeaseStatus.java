package io.gatun.nest.extender;

import io.gatun.nest.rpc.Assignment;
import org.jspecify.annotations.Nullable;

/**
 * A lease, for people and programs that ask how things are.
 *
 * @param machine who has it
 * @param phase how far it is, in small letters
 * @param assignment what the machine was, or is to be, told
 * @param problem what is in the way, in words; null: nothing
 */
public record LeaseStatus(
    String machine, String phase, Assignment assignment, @Nullable String problem) {}
