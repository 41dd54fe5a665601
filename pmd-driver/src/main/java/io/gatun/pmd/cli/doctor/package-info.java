/**
 * {@code gatun doctor}: is this machine ready for DPDK, and what is to be done where it is not.
 *
 * <p>{@link io.gatun.pmd.cli.doctor.Doctor} runs a list of {@link io.gatun.pmd.cli.doctor.Check}s.
 * Each reads one thing below the root of {@link io.gatun.pmd.cli.doctor.HostFiles}, so that a test
 * can show it another machine, and answers with {@link io.gatun.pmd.cli.doctor.Finding}s. Only
 * {@link io.gatun.pmd.cli.doctor.HugePageFix} changes anything.
 */
@NullMarked
package io.gatun.pmd.cli.doctor;

import org.jspecify.annotations.NullMarked;
