package dev.sluice.bulkload.transfer;

import dev.sluice.common.HostPort;

/** Where a member reads the files of a load from. The primary of its group says so. */
public sealed interface RelayPlace {
    RelayPlace STORE = new Store();
    RelayPlace UNKNOWN = new Unknown();

    /** From the store: it is the first of the relay, or there is no relay. */
    record Store() implements RelayPlace {}

    /** There is a relay, and the member is about to hear its place in it. */
    record Unknown() implements RelayPlace {}

    /** From that member, which comes before it in the relay. */
    record Behind(HostPort member) implements RelayPlace {}
}
