package dev.sluice.replica.load;

import dev.sluice.bulkload.fileset.Manifest;
import java.nio.file.Path;
import java.util.List;

/**
 * What a replica has of a load once all of it is verified.
 *
 * @param files what the engine takes, in this order: the files of the manifest, or their rows repacked
 */
record StagedSet(Manifest manifest, List<Path> files) {}
