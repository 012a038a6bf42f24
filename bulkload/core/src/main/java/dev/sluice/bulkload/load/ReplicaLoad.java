package dev.sluice.bulkload.load;

import dev.sluice.wire.internal.LoadGoal;
import dev.sluice.wire.internal.MemberPhase;
import java.util.ArrayList;
import java.util.List;

/**
 * What one replica is doing in a load. A variant holds only what is true in that phase; {@code transitions-replica.txt} has
 * every event in every phase.
 *
 * <p>Work is known by its attempt: what an older attempt says comes too late and changes nothing. An order for an older
 * load is refused in the same way.
 */
public sealed interface ReplicaLoad {
    /** Of the load that this is about, 0 for none. */
    long loadId();

    /** The last attempt that was made at any work. */
    long attempt();

    MemberPhase phase();

    /** What it is doing, or why it is not further. */
    String message();

    /** What is wanted of this replica now. */
    Step onOrder(LoadOrder order);

    /** The slot that was asked for is there. */
    default Step onSlot() {
        return Step.to(this, new Effect.ReleaseSlot());
    }

    /** The manifest was read. */
    default Step onManifest(long ofAttempt, FileTotals totals) {
        return Step.to(this);
    }

    /** All files are on disk. */
    default Step onFetched(long ofAttempt) {
        return Step.to(this);
    }

    /** All files are checked, and that is on disk. */
    default Step onVerified(long ofAttempt) {
        return Step.to(this);
    }

    /** Work ended with an error. */
    default Step onFailed(long ofAttempt, LoadError error, boolean ofNode) {
        return Step.to(this);
    }

    /** Work ended because it was asked to. */
    default Step onStopped(long ofAttempt) {
        return Step.to(this);
    }

    /**
     * The engine has applied the publish of that load.
     *
     * @param decree of the publish; 0 if it is durable already
     */
    Step onPublished(long ofLoadId, long decree);

    /** All up to that decree survives a crash. */
    default Step onDurable(long decree) {
        return Step.to(this);
    }

    /** Nothing is on disk of the loads up to that one. */
    default Step onDeleted(long upToLoadId) {
        return Step.to(this);
    }

    /** What the manifest says; unknown before it was read. */
    default FileTotals totals() {
        return FileTotals.UNKNOWN;
    }

    /** Before anything was heard. */
    static ReplicaLoad idle() {
        return new Idle(0, 0);
    }

    /** Of a replica that finds on its disk that it was staged. */
    static ReplicaLoad foundStaged(long loadId, FileTotals totals, boolean verified) {
        return new Staged(loadId, 0, totals, verified, "");
    }

    /** Of a replica that finds on its disk some files of a load. */
    static ReplicaLoad foundPart(long loadId) {
        return new Leftover(loadId, 0);
    }

    private static Step begin(LoadOrder order, long attempt) {
        return switch (order.goal()) {
            case DOWNLOAD, PUBLISH ->
                order.isRollback()
                        ? lookForGeneration(order, attempt + 1)
                        : Step.to(new Waiting(order, attempt), new Effect.RequestSlot(order));
            case PAUSE -> Step.to(new Paused(order, attempt));
            case CLEAN_UP -> Step.to(new CleaningUp(order.loadId(), attempt, order), new Effect.Delete(order.loadId()));
        };
    }

    /** Nothing is fetched for a rollback: that the generation is kept is all there is to verify. */
    private static Step lookForGeneration(LoadOrder order, long attempt) {
        FileTotals nothing = new FileTotals(order.manifestDigest(), 0, 0);
        return Step.to(new Verifying(order, attempt, nothing, false), new Effect.Verify(order, attempt));
    }

    /** Clears away what there is of an older load, then does what is wanted. */
    private static Step replace(long oldLoadId, LoadOrder order, long attempt) {
        return Step.to(new CleaningUp(oldLoadId, attempt, order), new Effect.Delete(oldLoadId));
    }

    private static boolean isOld(LoadOrder order, long loadId) {
        return order.loadId() != 0 && order.loadId() < loadId;
    }

    /** A load that was to be cleaned up never goes on: an order that says so was sent before. */
    private static boolean isOld(LoadOrder order, long loadId, LoadOrder then) {
        boolean afterTheEnd = then.cleansUp() && !order.cleansUp() && order.loadId() <= then.loadId();
        return afterTheEnd || isOld(order, Math.max(loadId, then.loadId()));
    }

    /**
     * Has nothing of any load.
     *
     * @param loadId of the last load that it was told to clean up
     */
    record Idle(long loadId, long attempt) implements ReplicaLoad {
        @Override
        public MemberPhase phase() {
            return MemberPhase.NONE;
        }

        @Override
        public String message() {
            return "";
        }

        @Override
        public Step onOrder(LoadOrder order) {
            if (order.cleansUp()) {
                return Step.to(new Idle(Math.max(loadId, order.loadId()), attempt));
            }
            return order.loadId() <= loadId ? Step.to(this) : begin(order, attempt);
        }

        @Override
        public Step onPublished(long ofLoadId, long decree) {
            return Step.to(ofLoadId <= loadId ? this : new Published(ofLoadId, attempt, decree, totals(), false));
        }
    }

    /** Found files of a load on its disk, and does not know what is wanted. */
    record Leftover(long loadId, long attempt) implements ReplicaLoad {
        @Override
        public MemberPhase phase() {
            return MemberPhase.PAUSED;
        }

        @Override
        public String message() {
            return "has some files since before it was restarted";
        }

        @Override
        public Step onOrder(LoadOrder order) {
            if (isOld(order, loadId)) {
                return Step.to(this);
            }
            return order.loadId() > loadId || order.cleansUp()
                    ? replace(loadId, order, attempt)
                    : begin(order, attempt);
        }

        @Override
        public Step onPublished(long ofLoadId, long decree) {
            return Step.to(ofLoadId < loadId ? this : new Published(ofLoadId, attempt, decree, totals(), false));
        }
    }

    /** Waits for a download slot. */
    record Waiting(LoadOrder order, long attempt) implements ReplicaLoad {
        @Override
        public long loadId() {
            return order.loadId();
        }

        @Override
        public MemberPhase phase() {
            return MemberPhase.WAITING;
        }

        @Override
        public String message() {
            return "waits for a download slot: all that max_concurrent_bulk_load_downloading_count allows are in use";
        }

        @Override
        public Step onOrder(LoadOrder next) {
            if (isOld(next, loadId())) {
                return Step.to(this);
            }
            if (next.loadId() == loadId() && next.wantsStaged()) {
                return Step.to(new Waiting(next, attempt));
            }
            if (next.loadId() == loadId() && next.goal() == LoadGoal.PAUSE) {
                return Step.to(new Paused(next, attempt), new Effect.ReleaseSlot());
            }
            return Step.to(
                    new CleaningUp(loadId(), attempt, next), new Effect.ReleaseSlot(), new Effect.Delete(loadId()));
        }

        @Override
        public Step onSlot() {
            return Step.to(new Fetching(order, attempt + 1, FileTotals.UNKNOWN), new Effect.Fetch(order, attempt + 1));
        }

        @Override
        public Step onPublished(long ofLoadId, long decree) {
            return ofLoadId < loadId()
                    ? Step.to(this)
                    : Step.to(new Published(ofLoadId, attempt, decree, totals(), false), new Effect.ReleaseSlot());
        }
    }

    /** Holds a slot, reads the manifest and fetches what is missing. */
    record Fetching(LoadOrder order, long attempt, FileTotals totals) implements ReplicaLoad {
        @Override
        public long loadId() {
            return order.loadId();
        }

        @Override
        public MemberPhase phase() {
            return MemberPhase.DOWNLOADING;
        }

        @Override
        public String message() {
            return totals.equals(FileTotals.UNKNOWN) ? "reads the manifest" : "downloads";
        }

        @Override
        public Step onOrder(LoadOrder next) {
            if (isOld(next, loadId())) {
                return Step.to(this);
            }
            return next.loadId() == loadId() && next.wantsStaged()
                    ? Step.to(new Fetching(next, attempt, totals))
                    : Step.to(new Stopping(loadId(), attempt, totals, next), new Effect.Stop(attempt));
        }

        @Override
        public Step onManifest(long ofAttempt, FileTotals read) {
            return Step.to(ofAttempt == attempt ? new Fetching(order, attempt, read) : this);
        }

        @Override
        public Step onFetched(long ofAttempt) {
            if (ofAttempt != attempt) {
                return Step.to(this);
            }
            return Step.to(
                    new Verifying(order, attempt + 1, totals, order.deepChecks()),
                    new Effect.ReleaseSlot(),
                    new Effect.Verify(order, attempt + 1));
        }

        @Override
        public Step onFailed(long ofAttempt, LoadError error, boolean ofNode) {
            return ofAttempt != attempt
                    ? Step.to(this)
                    : Step.to(new Failed(order, attempt, totals, error, ofNode), new Effect.ReleaseSlot());
        }

        @Override
        public Step onStopped(long ofAttempt) {
            // Nobody asked for it: the server is closing, and says no more.
            return ofAttempt != attempt ? Step.to(this) : Step.to(new Paused(order, attempt), new Effect.ReleaseSlot());
        }

        @Override
        public Step onPublished(long ofLoadId, long decree) {
            return ofLoadId < loadId()
                    ? Step.to(this)
                    : Step.to(new Stopping(loadId(), attempt, totals, LoadOrder.NOTHING), new Effect.Stop(attempt));
        }
    }

    /**
     * Has all files and checks them.
     *
     * @param deep with the checks that one member runs for all
     */
    record Verifying(LoadOrder order, long attempt, FileTotals totals, boolean deep) implements ReplicaLoad {
        @Override
        public long loadId() {
            return order.loadId();
        }

        @Override
        public MemberPhase phase() {
            return MemberPhase.DOWNLOADING;
        }

        @Override
        public String message() {
            return deep ? "checks every block, key and value" : "checks what it has";
        }

        @Override
        public Step onOrder(LoadOrder next) {
            if (isOld(next, loadId())) {
                return Step.to(this);
            }
            // Another verifier may be named meanwhile; what that means is looked at when these checks are over.
            return next.loadId() == loadId() && next.wantsStaged()
                    ? Step.to(new Verifying(next, attempt, totals, deep))
                    : Step.to(new Stopping(loadId(), attempt, totals, next), new Effect.Stop(attempt));
        }

        @Override
        public Step onVerified(long ofAttempt) {
            return ofAttempt != attempt
                    ? Step.to(this)
                    : new Staged(loadId(), attempt, totals, deep, order.verify()).onOrder(order);
        }

        @Override
        public Step onFailed(long ofAttempt, LoadError error, boolean ofNode) {
            return Step.to(ofAttempt != attempt ? this : new Failed(order, attempt, totals, error, ofNode));
        }

        @Override
        public Step onStopped(long ofAttempt) {
            return Step.to(ofAttempt != attempt ? this : new Paused(order, attempt));
        }

        @Override
        public Step onPublished(long ofLoadId, long decree) {
            return ofLoadId < loadId()
                    ? Step.to(this)
                    : Step.to(new Stopping(loadId(), attempt, totals, LoadOrder.NOTHING), new Effect.Stop(attempt));
        }
    }

    /** Work is to end; what is wanted then is known. */
    record Stopping(long loadId, long attempt, FileTotals totals, LoadOrder then) implements ReplicaLoad {
        @Override
        public MemberPhase phase() {
            return MemberPhase.DOWNLOADING;
        }

        @Override
        public String message() {
            return "stops its work";
        }

        @Override
        public Step onOrder(LoadOrder order) {
            return Step.to(isOld(order, loadId, then) ? this : withOrder(order));
        }

        private Stopping withOrder(LoadOrder order) {
            return new Stopping(loadId, attempt, totals, order);
        }

        @Override
        public Step onFetched(long ofAttempt) {
            return onStopped(ofAttempt);
        }

        @Override
        public Step onVerified(long ofAttempt) {
            return onStopped(ofAttempt);
        }

        @Override
        public Step onFailed(long ofAttempt, LoadError error, boolean ofNode) {
            return onStopped(ofAttempt);
        }

        @Override
        public Step onStopped(long ofAttempt) {
            if (ofAttempt != attempt) {
                return Step.to(this);
            }
            Step next =
                    then.loadId() == loadId && !then.cleansUp() ? begin(then, attempt) : replace(loadId, then, attempt);
            List<Effect> effects = new ArrayList<>();
            effects.add(new Effect.ReleaseSlot());
            effects.addAll(next.effects());
            return new Step(next.next(), effects);
        }

        @Override
        public Step onPublished(long ofLoadId, long decree) {
            return Step.to(this);
        }
    }

    /** Does nothing, keeps what is verified. */
    record Paused(LoadOrder order, long attempt) implements ReplicaLoad {
        @Override
        public long loadId() {
            return order.loadId();
        }

        @Override
        public MemberPhase phase() {
            return MemberPhase.PAUSED;
        }

        @Override
        public String message() {
            return "paused";
        }

        @Override
        public Step onOrder(LoadOrder next) {
            if (isOld(next, loadId())) {
                return Step.to(this);
            }
            if (next.loadId() != loadId() || next.cleansUp()) {
                return replace(loadId(), next, attempt);
            }
            return next.goal() == LoadGoal.PAUSE ? Step.to(this) : begin(next, attempt);
        }

        @Override
        public Step onPublished(long ofLoadId, long decree) {
            return Step.to(ofLoadId < loadId() ? this : new Published(ofLoadId, attempt, decree, totals(), false));
        }
    }

    /**
     * Has all files, verified, on its disk; nothing is visible.
     *
     * @param deep it ran the deep checks itself
     * @param verify what was checked; empty if it was found like this at a restart
     */
    record Staged(long loadId, long attempt, FileTotals totals, boolean deep, String verify) implements ReplicaLoad {
        @Override
        public MemberPhase phase() {
            return MemberPhase.STAGED;
        }

        @Override
        public String message() {
            return "staged";
        }

        @Override
        public Step onOrder(LoadOrder order) {
            if (isOld(order, loadId)) {
                return Step.to(this);
            }
            boolean otherFiles =
                    !order.manifestDigest().isEmpty() && !order.manifestDigest().equals(totals.digest());
            if (order.cleansUp() && order.epoch() > 0 && order.loadId() == loadId) {
                // Published, but not here yet: the log still brings it, and needs the files.
                return Step.to(this);
            }
            if (order.loadId() != loadId || order.cleansUp() || otherFiles) {
                return replace(loadId, order, attempt);
            }
            if (order.wantsStaged() && order.deepChecks() && !deep) {
                return Step.to(new Verifying(order, attempt + 1, totals, true), new Effect.Verify(order, attempt + 1));
            }
            return Step.to(this);
        }

        @Override
        public Step onPublished(long ofLoadId, long decree) {
            return Step.to(ofLoadId < loadId ? this : new Published(ofLoadId, attempt, decree, totals, false));
        }
    }

    /** Cannot get staged. A load of another id begins anew. */
    record Failed(LoadOrder order, long attempt, FileTotals totals, LoadError error, boolean ofNode)
            implements ReplicaLoad {
        @Override
        public long loadId() {
            return order.loadId();
        }

        @Override
        public MemberPhase phase() {
            return MemberPhase.FAILED;
        }

        @Override
        public String message() {
            return error.message();
        }

        @Override
        public Step onOrder(LoadOrder next) {
            if (isOld(next, loadId())) {
                return Step.to(this);
            }
            return next.loadId() != loadId() || next.cleansUp() ? replace(loadId(), next, attempt) : Step.to(this);
        }

        /** Tries once more: time has passed, and what failed may be mended. */
        public Step retry() {
            return begin(order, attempt);
        }

        @Override
        public Step onPublished(long ofLoadId, long decree) {
            return Step.to(ofLoadId < loadId() ? this : new Published(ofLoadId, attempt, decree, totals, false));
        }
    }

    /**
     * Has applied the publish; the staged files stay until that is durable.
     *
     * @param decree of the publish; 0 once it is durable
     * @param cleaning the files are to go as soon as it is
     */
    record Published(long loadId, long attempt, long decree, FileTotals totals, boolean cleaning)
            implements ReplicaLoad {
        @Override
        public MemberPhase phase() {
            return MemberPhase.PUBLISHED;
        }

        @Override
        public String message() {
            return cleaning ? "published; keeps the staged files until that is flushed" : "published";
        }

        @Override
        public Step onOrder(LoadOrder order) {
            if (isOld(order, loadId) || (order.loadId() == loadId && !order.cleansUp())) {
                return Step.to(this);
            }
            if (order.cleansUp() && decree > 0) {
                return Step.to(new Published(loadId, attempt, decree, totals, true));
            }
            // An order for a later load is repeated, so nothing is lost by waiting for this one to be durable.
            return decree > 0 ? Step.to(this) : replace(loadId, order, attempt);
        }

        @Override
        public Step onPublished(long ofLoadId, long atDecree) {
            if (ofLoadId < loadId || atDecree == 0) {
                return Step.to(this);
            }
            return Step.to(new Published(ofLoadId, attempt, atDecree, totals, cleaning && ofLoadId == loadId));
        }

        @Override
        public Step onDurable(long upTo) {
            if (decree == 0 || upTo < decree) {
                return Step.to(this);
            }
            return cleaning
                    ? replace(loadId, LoadOrder.cleanUp(loadId), attempt)
                    : Step.to(new Published(loadId, attempt, 0, totals, false));
        }
    }

    /** Files are being deleted; what is wanted then is known. */
    record CleaningUp(long loadId, long attempt, LoadOrder then) implements ReplicaLoad {
        @Override
        public MemberPhase phase() {
            return MemberPhase.PAUSED;
        }

        @Override
        public String message() {
            return "deletes what it has of the load";
        }

        @Override
        public Step onOrder(LoadOrder order) {
            return Step.to(isOld(order, loadId, then) ? this : new CleaningUp(loadId, attempt, order));
        }

        @Override
        public Step onDeleted(long upToLoadId) {
            if (upToLoadId < loadId) {
                return Step.to(this);
            }
            // An order for no load says nothing about the one that was deleted: it may be wanted again.
            long cleanedUpTo = then.cleansUp() ? then.loadId() : then.loadId() - 1;
            return new Idle(Math.max(0, cleanedUpTo), attempt).onOrder(then);
        }

        @Override
        public Step onPublished(long ofLoadId, long decree) {
            return Step.to(this);
        }
    }
}
