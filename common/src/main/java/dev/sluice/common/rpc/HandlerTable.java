package dev.sluice.common.rpc;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The handlers of a server by the bytes of their task codes, found without making a string. Open addressing. */
final class HandlerTable {
    private final @Nullable Row[] rows;

    HandlerTable(Collection<RpcHandlers.Entry<?, ?>> entries, Function<String, RpcMeter> meters) {
        rows = new Row[Math.max(16, Integer.highestOneBit(entries.size()) * 4)];
        for (RpcHandlers.Entry<?, ?> entry : entries) {
            Row row = new Row(entry, meters.apply(entry.rpc().taskCode()));
            int slot = slotOf(hash(row.code));
            while (rows[slot] != null) {
                slot = (slot + 1) & (rows.length - 1);
            }
            rows[slot] = row;
        }
    }

    /** The row of the code that stands there; null if there is none. */
    @Nullable
    Row find(ByteBuf in, int index, int length) {
        int slot = slotOf(hash(in, index, length));
        for (Row row = rows[slot]; row != null; row = rows[slot]) {
            if (row.code.length == length && ByteBufUtil.equals(row.codeBuffer, 0, in, index, length)) {
                return row;
            }
            slot = (slot + 1) & (rows.length - 1);
        }
        return null;
    }

    private int slotOf(int hash) {
        return (hash ^ hash >>> 16) & (rows.length - 1);
    }

    private static int hash(byte[] bytes) {
        int hash = 0;
        for (byte b : bytes) {
            hash = 31 * hash + b;
        }
        return hash;
    }

    private static int hash(ByteBuf in, int index, int length) {
        int hash = 0;
        for (int i = index; i < index + length; i++) {
            hash = 31 * hash + in.getByte(i);
        }
        return hash;
    }

    /** One task code, with what is needed of it for every request. */
    static final class Row {
        final RpcHandlers.Entry<?, ?> entry;
        final byte[] ackName;
        final boolean forPartition;
        final RpcMeter meter;
        private final byte[] code;
        private final ByteBuf codeBuffer;

        private Row(RpcHandlers.Entry<?, ?> entry, RpcMeter meter) {
            this.entry = entry;
            this.meter = meter;
            code = entry.rpc().taskCode().getBytes(StandardCharsets.US_ASCII);
            codeBuffer = Unpooled.unreleasableBuffer(Unpooled.wrappedBuffer(code));
            ackName = MessageCodec.ackName(code);
            forPartition = entry.rpc().taskCode().startsWith(DataRpcs.PREFIX);
        }
    }
}
