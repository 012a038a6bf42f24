/**
 * What a load costs the leader of a meta group: the real meta server and real node streams in virtual time, with groups of
 * replicas that only say what replicas would say.
 */
@NullMarked
package dev.sluice.benchmarks.control;

import org.jspecify.annotations.NullMarked;
