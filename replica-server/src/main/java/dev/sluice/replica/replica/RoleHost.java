package dev.sluice.replica.replica;

import dev.sluice.replica.replication.Role;
import dev.sluice.replica.replication.Step;

/** A replica, as its parts see it: they run on its loop and hand what happened to its role. */
interface RoleHost {
    Role role();

    /** Takes the role's step and performs its effects. */
    void perform(Step step);

    boolean isClosed();

    /** The replica cannot go on as it is. */
    void fail(String message);

    /** The same, and why: a disk that fails is noted for the whole node. */
    void fail(String message, RuntimeException cause);

    /** What stands on its disk is damaged; it goes on if nobody else has the data. */
    void damaged(String message);
}
