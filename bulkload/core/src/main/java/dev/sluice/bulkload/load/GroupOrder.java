package dev.sluice.bulkload.load;

import dev.sluice.bulkload.transfer.RelayPlace;
import dev.sluice.common.Ballot;

/**
 * What a primary wants of one of its group in a load.
 *
 * @param ballot of the primary's configuration
 * @param sequence the newest under one ballot counts
 * @param place where the receiver reads the files
 * @param isTurn the partition may publish now
 */
public record GroupOrder(Ballot ballot, long sequence, RelayPlace place, LoadOrder order, boolean isTurn) {}
