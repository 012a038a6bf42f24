package dev.sluice.replica.mutation;

import dev.sluice.common.Ballot;
import dev.sluice.replica.mutation.Change.Nothing;
import dev.sluice.replica.mutation.Change.Publish;
import dev.sluice.replica.mutation.Change.RowChange;
import dev.sluice.replica.mutation.Change.Rows;
import dev.sluice.wire.bulkload.LoadMode;
import dev.sluice.wire.internal.MutationBody;
import dev.sluice.wire.internal.PublishMutation;
import java.util.ArrayList;
import java.util.List;
import org.apache.thrift.TDeserializer;
import org.apache.thrift.TException;
import org.apache.thrift.TSerializer;
import org.apache.thrift.protocol.TBinaryProtocol;

/** Mutations as they are sent between servers and as they stand in a log: Thrift binary protocol in both. */
public final class MutationCodec {
    private static final TBinaryProtocol.Factory PROTOCOL = new TBinaryProtocol.Factory();

    private MutationCodec() {}

    /** The message for a mutation. It shares the arrays of keys and values. */
    public static dev.sluice.wire.internal.Mutation toWire(Mutation mutation) {
        var wire = new dev.sluice.wire.internal.Mutation();
        wire.setDecree(mutation.decree());
        wire.setBallot(mutation.ballot().number());
        wire.setTimestampUs(mutation.timestampUs());
        wire.setBody(body(mutation.change()));
        return wire;
    }

    /** Messages for mutations, in the same order. */
    public static List<dev.sluice.wire.internal.Mutation> toWire(List<Mutation> mutations) {
        var wires = new ArrayList<dev.sluice.wire.internal.Mutation>(mutations.size());
        for (Mutation mutation : mutations) {
            wires.add(toWire(mutation));
        }
        return wires;
    }

    /** The mutation of a message; {@link IllegalArgumentException} if it is none. */
    public static Mutation fromWire(dev.sluice.wire.internal.Mutation wire) {
        return new Mutation(
                wire.getDecree(),
                new Ballot(wire.getBallot()),
                wire.getTimestampUs(),
                wire.isSetBody() ? change(wire.getBody()) : new Nothing());
    }

    /** The mutations of messages, in the same order. */
    public static List<Mutation> fromWire(List<dev.sluice.wire.internal.Mutation> wires) {
        var mutations = new ArrayList<Mutation>(wires.size());
        for (var wire : wires) {
            mutations.add(fromWire(wire));
        }
        return mutations;
    }

    /** The bytes of a mutation. */
    public static byte[] encode(Mutation mutation) {
        try {
            return new TSerializer(PROTOCOL).serialize(toWire(mutation));
        } catch (TException e) {
            throw new IllegalArgumentException("mutation " + mutation.decree() + " cannot be written as bytes", e);
        }
    }

    /** The mutation of bytes; {@link IllegalArgumentException} if they are none. */
    public static Mutation decode(byte[] bytes) {
        return decode(bytes, 0, bytes.length);
    }

    /** The mutation of a part of an array; {@link IllegalArgumentException} if it is none. */
    public static Mutation decode(byte[] bytes, int offset, int length) {
        var wire = new dev.sluice.wire.internal.Mutation();
        try {
            new TDeserializer(PROTOCOL).deserialize(wire, bytes, offset, length);
        } catch (TException e) {
            throw new IllegalArgumentException(length + " bytes that are not a mutation", e);
        }
        return fromWire(wire);
    }

    private static MutationBody body(Change change) {
        var body = new MutationBody();
        if (change instanceof Rows rows) {
            var wires = new ArrayList<dev.sluice.wire.internal.RowChange>(
                    rows.rows().size());
            for (RowChange row : rows.rows()) {
                var wire = new dev.sluice.wire.internal.RowChange();
                wire.setKey(row.key());
                if (row.value() != null) {
                    wire.setValue(row.value());
                }
                wires.add(wire);
            }
            body.setRows(wires);
        } else if (change instanceof Publish publish) {
            body.setPublish(new PublishMutation(
                    publish.loadId(), publish.mode().getValue(), publish.epoch(), publish.manifestDigest()));
        }
        return body;
    }

    private static Change change(MutationBody body) {
        if (body.isSetRows()) {
            var rows = new ArrayList<RowChange>(body.getRows().size());
            for (var wire : body.getRows()) {
                rows.add(new RowChange(wire.getKey(), wire.isSetValue() ? wire.getValue() : null));
            }
            return new Rows(rows);
        }
        if (body.isSetPublish()) {
            PublishMutation publish = body.getPublish();
            return new Publish(
                    publish.getLoadId(), mode(publish.getMode()), publish.getEpoch(), publish.getManifestDigest());
        }
        return new Nothing();
    }

    /** The mode with that number on the wire; {@link IllegalArgumentException} if there is none. */
    public static LoadMode mode(int number) {
        LoadMode mode = LoadMode.findByValue(number);
        if (mode == null) {
            throw new IllegalArgumentException("load mode " + number + ", expected 0 to 3");
        }
        return mode;
    }
}
