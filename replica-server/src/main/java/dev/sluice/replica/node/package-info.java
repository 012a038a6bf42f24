/**
 * Keeps a replica server in touch with the meta leader: the node stream, the lease that rides on it, and what the node's
 * directory says of cluster and incarnation.
 */
@NullMarked
package dev.sluice.replica.node;

import org.jspecify.annotations.NullMarked;
