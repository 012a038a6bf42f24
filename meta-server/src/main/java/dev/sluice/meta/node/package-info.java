/**
 * The leader's side of the node streams: who is there, how long it may serve, what it is to do, what it has.
 *
 * <p>Everything here runs on the event loop of the meta leader. Directives are worked out from the state and are pushed when
 * they change; reports only make the view from which the guardian decides.
 */
@NullMarked
package dev.sluice.meta.node;

import org.jspecify.annotations.NullMarked;
