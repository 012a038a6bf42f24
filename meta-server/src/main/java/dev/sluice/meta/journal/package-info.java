/**
 * The replicated log of the meta group: what is proposed by its leader and committed comes out in the same order
 * everywhere.
 *
 * <p>{@link dev.sluice.meta.journal.Journal} is the seam; {@link dev.sluice.meta.journal.RatisJournal} stands behind it in a
 * server, and a twin in {@code testing} in tests. What an entry means is not known here.
 */
@NullMarked
package dev.sluice.meta.journal;

import org.jspecify.annotations.NullMarked;
