package dev.sluice.meta.leader;

import dev.sluice.meta.state.MetaRecord;
import java.util.List;

/**
 * What a command comes to.
 *
 * @param records to be committed before the reply is given; none if nothing changes
 */
public record Decision<R>(R reply, List<MetaRecord> records) {
    public Decision {
        records = List.copyOf(records);
    }

    /** Changes nothing. */
    public static <R> Decision<R> reply(R reply) {
        return new Decision<>(reply, List.of());
    }

    public static <R> Decision<R> record(R reply, MetaRecord... records) {
        return new Decision<>(reply, List.of(records));
    }
}
