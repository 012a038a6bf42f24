package dev.sluice.meta.load;

import dev.sluice.common.fault.FaultPoints;
import dev.sluice.meta.leader.Decision;
import dev.sluice.meta.leader.StateListener;
import dev.sluice.meta.state.LoadRecord;
import dev.sluice.meta.state.MetaRecord;
import dev.sluice.meta.state.MetaState;
import java.util.List;
import java.util.stream.Stream;

/**
 * The fault points of loads on the meta server that leads: one before each record of a load is proposed, and one when it is
 * committed and no directive or reply has gone out. Belongs to the leader's event loop, and has to be its first listener.
 */
public final class LoadFaults implements StateListener {
    private final FaultPoints points;
    private boolean leading;

    /**
     * The faults of a server.
     *
     * @param points with those of {@link #halting} and {@link #holding}
     */
    public LoadFaults(FaultPoints points) {
        this.points = points;
    }

    /** The names of the points at which the process can be made to halt: before and after each record. */
    public static List<String> halting() {
        return LoadStep.all().stream()
                .flatMap(step -> Stream.of(step.before(), step.after()))
                .toList();
    }

    /** The names of the points at which a load can be held: before each record that follows by itself. */
    public static List<String> holding() {
        return LoadStep.all().stream()
                .filter(LoadStep::followsByItself)
                .map(LoadStep::before)
                .toList();
    }

    /** Decides that these records are to be committed before that reply is given. The process halts if that was asked for. */
    <R> Decision<R> propose(R reply, List<? extends LoadRecord> records) {
        records.forEach(record -> points.reached(LoadStep.of(record).before()));
        return new Decision<>(reply, List.copyOf(records));
    }

    /** True if one of these is held: then none of them is to be proposed. */
    boolean isHeld(List<? extends LoadRecord> records) {
        return records.stream()
                .anyMatch(record -> points.isHeld(LoadStep.of(record).before()));
    }

    /** Tells when what was held goes on, released or to its halt; on the thread that said so. */
    void onRelease(Runnable listener) {
        points.onRelease(listener);
    }

    @Override
    public void onCommitted(MetaState before, MetaState after, List<MetaRecord> records) {
        if (!leading) {
            return;
        }
        for (MetaRecord record : records) {
            if (record instanceof LoadRecord step) {
                points.reached(LoadStep.of(step).after());
            }
        }
    }

    @Override
    public void onLeading(long term, MetaState state) {
        leading = true;
    }

    @Override
    public void onLeadershipLost() {
        leading = false;
    }
}
