/**
 * A whole cluster in one thread under virtual time, from one seed: real meta servers and replica servers over simulated
 * network, disks, clocks and processes.
 */
@NullMarked
package dev.sluice.integration.simulation;

import org.jspecify.annotations.NullMarked;
