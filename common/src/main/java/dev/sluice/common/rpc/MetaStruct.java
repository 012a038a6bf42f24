package dev.sluice.common.rpc;

import dev.sluice.common.Gpid;
import org.apache.thrift.TException;
import org.apache.thrift.protocol.TField;
import org.apache.thrift.protocol.TProtocol;
import org.apache.thrift.protocol.TProtocolUtil;
import org.apache.thrift.protocol.TType;

/** The struct behind a v1 request header. Every field may be missing, unknown ones are skipped. */
final class MetaStruct {
    private MetaStruct() {}

    static RequestHeader read(TProtocol protocol) throws TException {
        int appId = 0;
        int partitionIndex = 0;
        int timeoutMs = 0;
        long partitionHash = 0;
        boolean backupRequest = false;
        for (TField field = protocol.readFieldBegin(); field.type != TType.STOP; field = protocol.readFieldBegin()) {
            if (field.id == 1 && field.type == TType.I32) {
                appId = protocol.readI32();
            } else if (field.id == 2 && field.type == TType.I32) {
                partitionIndex = protocol.readI32();
            } else if (field.id == 3 && field.type == TType.I32) {
                timeoutMs = protocol.readI32();
            } else if (field.id == 4 && field.type == TType.I64) {
                partitionHash = protocol.readI64();
            } else if (field.id == 5 && field.type == TType.BOOL) {
                backupRequest = protocol.readBool();
            } else {
                TProtocolUtil.skip(protocol, field.type);
            }
        }
        return new RequestHeader(new Gpid(appId, partitionIndex), timeoutMs, partitionHash, backupRequest);
    }
}
