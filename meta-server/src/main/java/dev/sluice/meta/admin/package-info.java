/**
 * What clients and admin tools ask of the meta server, without bulk load: routing, apps, nodes, the cluster.
 *
 * <p>Every request is a pure decision on the committed state, plus its conversion from and to the wire. Only the leader
 * answers. Errors stand in the body of the reply; every field of a reply is written, even an empty one; the host-name twins
 * of addresses never are.
 */
@NullMarked
package dev.sluice.meta.admin;

import org.jspecify.annotations.NullMarked;
