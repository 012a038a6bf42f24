package dev.sluice.common.rpc.testing;

import dev.sluice.common.rpc.AbsentRpcs;
import dev.sluice.common.rpc.AdminRpcs;
import dev.sluice.common.rpc.DataRpcs;
import dev.sluice.common.rpc.InternalRpcs;
import dev.sluice.common.rpc.Rpc;
import dev.sluice.wire.Blob;
import dev.sluice.wire.WireAddress;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.thrift.TBase;
import org.apache.thrift.TFieldIdEnum;
import org.apache.thrift.TFieldRequirementType;
import org.apache.thrift.meta_data.EnumMetaData;
import org.apache.thrift.meta_data.FieldMetaData;
import org.apache.thrift.meta_data.FieldValueMetaData;
import org.apache.thrift.meta_data.ListMetaData;
import org.apache.thrift.meta_data.MapMetaData;
import org.apache.thrift.meta_data.SetMetaData;
import org.apache.thrift.meta_data.StructMetaData;
import org.apache.thrift.protocol.TType;
import org.jspecify.annotations.Nullable;

/** Requests with something in their fields, and what may become of their bytes on the way. All from one source of chance. */
public final class RandomMessages {
    private static final int[] EXTREMES = {0, 1, -1, Integer.MAX_VALUE, Integer.MIN_VALUE, 0x7ffffff0, 1 << 20, 1 << 24
    };
    private static final int DEPTH_MAX = 4;

    private final Random random;

    /** All that it makes comes from that source. */
    public RandomMessages(Random random) {
        this.random = random;
    }

    /** Every kind of request that servers know: the client protocol's, also where we do not have it, and our own. */
    public static List<Rpc<?, ?>> allRpcs() {
        List<Rpc<?, ?>> rpcs = new ArrayList<>(AbsentRpcs.WITH_HINT);
        for (Class<?> table : List.of(DataRpcs.class, AdminRpcs.class, AbsentRpcs.class, InternalRpcs.class)) {
            for (var field : table.getDeclaredFields()) {
                if (Modifier.isStatic(field.getModifiers())
                        && Modifier.isPublic(field.getModifiers())
                        && constant(field) instanceof Rpc<?, ?> rpc) {
                    rpcs.add(rpc);
                }
            }
        }
        return rpcs;
    }

    private static @Nullable Object constant(Field field) {
        try {
            return field.get(null);
        } catch (IllegalAccessException e) {
            throw new LinkageError(field + " cannot be read", e);
        }
    }

    /** The message with any values in most of its fields, and in all that are required. */
    public TBase<?, ?> filled(TBase<?, ?> message) {
        return fill(message, 0);
    }

    @SuppressWarnings({"unchecked", "rawtypes"}) // Thrift's generics cannot be named for a message of any type
    private TBase<?, ?> fill(TBase<?, ?> message, int depth) {
        Map<TFieldIdEnum, FieldMetaData> fields = FieldMetaData.getStructMetaDataMap((Class) message.getClass());
        if (fields == null) {
            return message;
        }
        fields.forEach((field, metaData) -> {
            // Thrift writes no message without a required field: such bytes come of what is lost on the way only.
            boolean isRequired = metaData.requirementType == TFieldRequirementType.REQUIRED;
            Object value = !isRequired && random.nextInt(4) == 0 ? null : valueOf(metaData.valueMetaData, depth);
            if (value != null) {
                ((TBase) message).setFieldValue(field, value);
            }
        });
        return message;
    }

    private @Nullable Object valueOf(FieldValueMetaData type, int depth) {
        return switch (type.type) {
            case TType.BOOL -> random.nextBoolean();
            case TType.BYTE -> (byte) random.nextInt();
            case TType.I16 -> (short) random.nextInt();
            case TType.I32 -> number();
            case TType.I64 -> random.nextLong();
            case TType.DOUBLE -> random.nextDouble();
            case TType.STRING -> type.isBinary() ? ByteBuffer.wrap(bytes()) : Integer.toString(number());
            case TType.ENUM -> anyOf((EnumMetaData) type);
            case TType.STRUCT -> depth >= DEPTH_MAX ? null : structOf((StructMetaData) type, depth);
            case TType.LIST -> listOf(((ListMetaData) type).elemMetaData, depth);
            case TType.SET -> new HashSet<>(listOf(((SetMetaData) type).elemMetaData, depth));
            case TType.MAP -> mapOf((MapMetaData) type, depth);
            default -> null;
        };
    }

    private @Nullable Object anyOf(EnumMetaData type) {
        Object[] constants = type.enumClass.getEnumConstants();
        return constants.length == 0 ? null : constants[random.nextInt(constants.length)];
    }

    private Object structOf(StructMetaData type, int depth) {
        if (type.structClass == Blob.class) {
            return Blob.of(bytes());
        }
        if (type.structClass == WireAddress.class) {
            return address();
        }
        try {
            return fill(type.structClass.getDeclaredConstructor().newInstance(), depth + 1);
        } catch (ReflectiveOperationException e) {
            throw new LinkageError(type.structClass + " cannot be made", e);
        }
    }

    /** Of this machine, so that whoever calls it bothers nobody else; now and then none. */
    private WireAddress address() {
        return random.nextInt(8) == 0
                ? new WireAddress()
                : WireAddress.of("127.0.0." + (1 + random.nextInt(254)), 1 + random.nextInt(65_535));
    }

    private List<Object> listOf(FieldValueMetaData element, int depth) {
        List<Object> list = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) {
            Object value = valueOf(element, depth + 1);
            if (value != null) {
                list.add(value);
            }
        }
        return list;
    }

    private Map<Object, Object> mapOf(MapMetaData type, int depth) {
        Map<Object, Object> map = new HashMap<>();
        for (int i = random.nextInt(3); i > 0; i--) {
            Object key = valueOf(type.keyMetaData, depth + 1);
            Object value = valueOf(type.valueMetaData, depth + 1);
            if (key != null && value != null) {
                map.put(key, value);
            }
        }
        return map;
    }

    private int number() {
        return random.nextInt(3) == 0 ? EXTREMES[random.nextInt(EXTREMES.length)] : random.nextInt(100_000);
    }

    /** Mostly fewer than 20 of them, seldom up to 2,000. */
    public byte[] bytes() {
        byte[] bytes = new byte[random.nextInt(random.nextInt(10) == 0 ? 2_000 : 20)];
        random.nextBytes(bytes);
        return bytes;
    }

    /** The same bytes, or with some flipped, cut out, put in, cut off, or with an extreme number among them. */
    public byte[] mutated(byte[] bytes) {
        byte[] result = bytes.clone();
        for (int i = random.nextInt(5); i > 0 && result.length > 8; i--) {
            int at = random.nextInt(result.length - 4);
            switch (random.nextInt(6)) {
                case 0 -> result[at] ^= (byte) (1 << random.nextInt(8));
                case 1 -> result[at] = (byte) random.nextInt();
                case 2 -> ByteBuffer.wrap(result).putInt(at, EXTREMES[random.nextInt(EXTREMES.length)]);
                case 3 -> result = Arrays.copyOf(result, at);
                case 4 -> result = joined(result, at, bytes(), at);
                default -> result = joined(result, at, new byte[0], Math.min(result.length, at + random.nextInt(16)));
            }
        }
        return result;
    }

    private static byte[] joined(byte[] bytes, int headEnd, byte[] middle, int tailStart) {
        ByteBuffer joined = ByteBuffer.allocate(headEnd + middle.length + bytes.length - tailStart);
        joined.put(bytes, 0, headEnd).put(middle).put(bytes, tailStart, bytes.length - tailStart);
        return joined.array();
    }
}
