/**
 * What is replicated: mutations, which carry results and never operations.
 */
@NullMarked
package dev.sluice.replica.mutation;

import org.jspecify.annotations.NullMarked;
