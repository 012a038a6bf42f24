package dev.sluice.common.rpc;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The calls of one connection that wait for their replies, by sequence id.
 *
 * <p>A call stands where the low bits of its id point to, and an id whose place is taken is passed over, so that nothing is
 * ever searched. (A hash table with linear probing is the wrong thing here: consecutive ids make one long run, and each
 * removal from its beginning walks the whole run, so that the more calls wait, the slower each reply is taken.) Not for
 * several threads.
 */
final class PendingCalls {
    private static final int PLACES_MIN = 64;

    private @Nullable PendingCall<?>[] places = new PendingCall<?>[PLACES_MIN];
    private int size;
    private int lastSequenceId;

    /** The first call gets the id after this one. */
    PendingCalls(int lastSequenceId) {
        this.lastSequenceId = lastSequenceId;
    }

    int size() {
        return size;
    }

    /** Gives the call a sequence id that no call here has, above 0. */
    void giveSequenceId(PendingCall<?> call) {
        if (size * 2 >= places.length) {
            grow();
        }
        do {
            lastSequenceId = lastSequenceId == Integer.MAX_VALUE ? 1 : lastSequenceId + 1;
        } while (places[placeOf(lastSequenceId)] != null);
        call.sequenceId(lastSequenceId);
    }

    /** Keeps the call that was given a sequence id last. */
    void add(PendingCall<?> call) {
        places[placeOf(call.sequenceId())] = call;
        size++;
    }

    boolean contains(int sequenceId) {
        PendingCall<?> there = places[placeOf(sequenceId)];
        return there != null && there.sequenceId() == sequenceId;
    }

    /** Takes out the call with that id; null if there is none, whatever the id is. */
    @Nullable
    PendingCall<?> remove(int sequenceId) {
        int place = placeOf(sequenceId);
        PendingCall<?> there = places[place];
        if (there == null || there.sequenceId() != sequenceId) {
            return null;
        }
        places[place] = null;
        size--;
        return there;
    }

    /** All calls, in no order. */
    List<PendingCall<?>> all() {
        List<PendingCall<?>> all = new ArrayList<>(size);
        for (PendingCall<?> call : places) {
            if (call != null) {
                all.add(call);
            }
        }
        return all;
    }

    void clear() {
        places = new PendingCall<?>[PLACES_MIN];
        size = 0;
    }

    private int placeOf(int sequenceId) {
        return sequenceId & places.length - 1;
    }

    /** Ids that had places of their own among fewer have them among more. */
    private void grow() {
        List<PendingCall<?>> all = all();
        places = new PendingCall<?>[places.length * 2];
        for (PendingCall<?> call : all) {
            places[placeOf(call.sequenceId())] = call;
        }
    }
}
