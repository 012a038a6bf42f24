package dev.sluice.replica.replication;

import dev.sluice.common.ErrorCode;
import dev.sluice.common.HostPort;
import dev.sluice.replica.mutation.Mutation;
import java.util.List;

/** What the driver does for a role, in the order in which they come. */
public sealed interface Effect {
    /** Calls the method that belongs to this effect. */
    void performOn(Handler handler);

    /** Appends to the log; {@link Role#onLogWritten} comes back. */
    record Append(long sequence, List<Mutation> mutations, boolean fsync) implements Effect {
        @Override
        public void performOn(Handler handler) {
            handler.append(this);
        }
    }

    /** Drops what the log holds behind the decree. */
    record DropLogAfter(long decree) implements Effect {
        @Override
        public void performOn(Handler handler) {
            handler.dropLogAfter(this);
        }
    }

    /** Applies a mutation to the engine, then answers these clients with its decree. */
    record Commit(Mutation mutation, List<Long> tokens) implements Effect {
        public Commit {
            tokens = List.copyOf(tokens);
        }

        @Override
        public void performOn(Handler handler) {
            handler.commit(this);
        }
    }

    /**
     * Evaluates those of the writes that have no rows yet, in order, on the rows as they are once everything committed is
     * applied, each with the rows of those before it on top; {@link Role#onEvaluated} comes back.
     */
    record Evaluate(List<Write> writes) implements Effect {
        public Evaluate {
            writes = List.copyOf(writes);
        }

        @Override
        public void performOn(Handler handler) {
            handler.evaluate(this);
        }
    }

    /** Answers a client's write or publish: it was refused, or its end is unknown. */
    record Refuse(long token, ErrorCode error) implements Effect {
        @Override
        public void performOn(Handler handler) {
            handler.refuse(this);
        }
    }

    /** Sends a prepare; {@link Role#onPrepareAnswer} comes back, {@link PrepareAnswer#lost} at the latest. */
    record Send(HostPort to, Prepare prepare) implements Effect {
        @Override
        public void performOn(Handler handler) {
            handler.send(this);
        }
    }

    /** Reads the log for a peer that lags; {@link Role#onLogRead} comes back, with nothing if the log begins later. */
    record ReadLog(HostPort peer, long fromDecree) implements Effect {
        @Override
        public void performOn(Handler handler) {
            handler.readLog(this);
        }
    }

    /** Answers a prepare. */
    record Answer(long token, PrepareAnswer answer) implements Effect {
        @Override
        public void performOn(Handler handler) {
            handler.answer(this);
        }
    }

    /** Teaches a learner: see {@link Lesson}. */
    record Teach(long token, LearnAsk ask, Lesson lesson) implements Effect {
        @Override
        public void performOn(Handler handler) {
            handler.teach(this);
        }
    }

    /** Asks the primary; {@link Role#onLearned} comes back. */
    record AskToLearn(LearnAsk ask, HostPort primary) implements Effect {
        @Override
        public void performOn(Handler handler) {
            handler.askToLearn(this);
        }
    }

    /** What a primary took over is applied: it serves from here on. */
    record Serve() implements Effect {
        @Override
        public void performOn(Handler handler) {
            handler.serve(this);
        }
    }

    /** What is reported to the leader has changed. */
    record Report() implements Effect {
        @Override
        public void performOn(Handler handler) {
            handler.report(this);
        }
    }

    /** Calls {@link Role#onTick} after so long, besides the regular ones. */
    record Wake(long delayMs) implements Effect {
        @Override
        public void performOn(Handler handler) {
            handler.wake(this);
        }
    }

    /** What a primary answers to a learner that asks. */
    enum Lesson {
        /** Not now: not primary under that ballot, not yet serving, or the asker is no learner. */
        REFUSE,
        /** Its rows are of no use or the log begins later: it gets a checkpoint. */
        CHECKPOINT,
        /**
         * The log from what it has up to the last committed one, as much as fits; {@link Role#onTaught} says how far it
         * went. A checkpoint instead if the log does not reach back, or publishes what the learner has not staged.
         */
        LOG,
        /** Prepares bring the rest, from what it has on. */
        PREPARES
    }

    /** The driver's side: one method for each effect. */
    interface Handler {
        void append(Append effect);

        void dropLogAfter(DropLogAfter effect);

        void commit(Commit effect);

        void evaluate(Evaluate effect);

        void refuse(Refuse effect);

        void send(Send effect);

        void readLog(ReadLog effect);

        void answer(Answer effect);

        void teach(Teach effect);

        void askToLearn(AskToLearn effect);

        void serve(Serve effect);

        void report(Report effect);

        void wake(Wake effect);
    }
}
