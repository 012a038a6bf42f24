/**
 * A twin of the network: servers in one process whose messages travel through virtual time.
 */
@NullMarked
package dev.sluice.common.rpc.testing;

import org.jspecify.annotations.NullMarked;
