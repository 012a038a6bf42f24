/** File sets in the Hadoop distributed file system. */
@NullMarked
package dev.sluice.bulkload.hdfs;

import org.jspecify.annotations.NullMarked;
