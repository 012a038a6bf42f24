package dev.sluice.common.rpc;

import org.apache.thrift.TConfiguration;
import org.apache.thrift.transport.TTransport;
import org.apache.thrift.transport.TTransportException;

/** Stands where the protocol's base class wants a transport; all bytes go through the buffer. Holds the limits. */
final class NoTransport extends TTransport {
    private final TConfiguration limits = new TConfiguration();

    @Override
    public boolean isOpen() {
        return true;
    }

    @Override
    public void open() {}

    @Override
    public void close() {}

    @Override
    public int read(byte[] bytes, int offset, int length) throws TTransportException {
        throw unused();
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws TTransportException {
        throw unused();
    }

    @Override
    public TConfiguration getConfiguration() {
        return limits;
    }

    @Override
    public void updateKnownMessageSize(long size) {}

    @Override
    public void checkReadBytesAvailable(long bytes) throws TTransportException {
        throw unused();
    }

    @Override
    public void resetMessageSizeAndConsumedBytes(long size) {}

    private static TTransportException unused() {
        return new TTransportException("this transport carries no bytes");
    }
}
