/**
 * Where file sets lie: a store of files under paths, near or far, and the sets in it.
 *
 * <p>A {@link BlockStore} has no state of its own that matters; every call may fail, and says whether trying again can
 * help. Stores with heavy clients are found through {@link BlockStoreType} as services.
 */
@NullMarked
package dev.sluice.bulkload.store;

import org.jspecify.annotations.NullMarked;
