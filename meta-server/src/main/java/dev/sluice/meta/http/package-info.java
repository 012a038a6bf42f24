/**
 * What a meta server answers over HTTP. Nothing is decided here: a path becomes the call of the protocol that asks the same, and
 * its answer becomes JSON.
 */
@NullMarked
package dev.sluice.meta.http;

import org.jspecify.annotations.NullMarked;
