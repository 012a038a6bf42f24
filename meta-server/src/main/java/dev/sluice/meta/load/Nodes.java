package dev.sluice.meta.load;

import dev.sluice.common.Gpid;
import dev.sluice.common.HostPort;
import java.util.Collection;
import java.util.OptionalLong;

/** What a load asks of the replica servers; on the leader's event loop. */
public interface Nodes {
    /** False once the node is dead: then it is not waited for. */
    boolean isLive(HostPort node);

    /** Free bytes of its disks, as it last said; empty if it has not. */
    OptionalLong freeBytes(HostPort node);

    /** What their members are told of these partitions in loads is another thing now. */
    void tell(Collection<Gpid> partitions);
}
