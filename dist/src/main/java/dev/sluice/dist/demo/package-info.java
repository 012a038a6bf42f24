/** The main job, shown on real data in one command: a cluster, a file set, a bulk load, every row read back. */
@NullMarked
package dev.sluice.dist.demo;

import org.jspecify.annotations.NullMarked;
