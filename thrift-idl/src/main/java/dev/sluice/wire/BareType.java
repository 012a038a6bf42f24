package dev.sluice.wire;

import java.util.Objects;
import org.apache.thrift.TBase;
import org.apache.thrift.TException;
import org.apache.thrift.TFieldIdEnum;
import org.apache.thrift.protocol.TProtocol;
import org.jspecify.annotations.Nullable;

/**
 * A value that stands in a message where a struct is announced, and is written without one.
 *
 * <p>It is mutable only because generated code makes it first and reads into it then; everybody else makes it with a value
 * and leaves it so.
 */
public abstract class BareType<T extends BareType<T, V>, V extends Comparable<V>> implements TBase<T, TFieldIdEnum> {
    private V value;

    BareType(V value) {
        this.value = Objects.requireNonNull(value);
    }

    abstract V readValue(TProtocol protocol) throws TException;

    abstract void writeValue(TProtocol protocol, V value) throws TException;

    abstract V emptyValue();

    final V value() {
        return value;
    }

    @Override
    public final void read(TProtocol protocol) throws TException {
        value = readValue(protocol);
    }

    @Override
    public final void write(TProtocol protocol) throws TException {
        writeValue(protocol, value);
    }

    @Override
    public final void clear() {
        value = emptyValue();
    }

    @Override
    public final int compareTo(T other) {
        return value.compareTo(other.value());
    }

    @Override
    public final boolean equals(@Nullable Object other) {
        return other != null && other.getClass() == getClass() && ((BareType<?, ?>) other).value.equals(value);
    }

    @Override
    public final int hashCode() {
        return value.hashCode();
    }

    @Override
    public String toString() {
        return value.toString();
    }

    @Override
    public final @Nullable TFieldIdEnum fieldForId(int fieldId) {
        return null;
    }

    @Override
    public final boolean isSet(TFieldIdEnum field) {
        throw hasNoFields();
    }

    @Override
    public final Object getFieldValue(TFieldIdEnum field) {
        throw hasNoFields();
    }

    @Override
    public final void setFieldValue(TFieldIdEnum field, @Nullable Object fieldValue) {
        throw hasNoFields();
    }

    /** Called by generated code after reading; every value is a valid one. */
    public final void validate() {}

    private IllegalArgumentException hasNoFields() {
        return new IllegalArgumentException(getClass().getSimpleName() + " has no fields");
    }
}
