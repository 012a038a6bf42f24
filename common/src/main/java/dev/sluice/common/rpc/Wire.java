package dev.sluice.common.rpc;

import dev.sluice.common.ErrorCode;
import dev.sluice.common.Gpid;
import dev.sluice.common.HostPort;
import dev.sluice.wire.Blob;
import dev.sluice.wire.WireAddress;
import dev.sluice.wire.WireErrorCode;
import dev.sluice.wire.WireGpid;
import dev.sluice.wire.WireHostPort;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Turns the base types of the wire into our values and back. */
public final class Wire {
    private static final Map<ErrorCode, WireErrorCode> ERRORS = errors();

    private Wire() {}

    public static WireGpid gpid(Gpid gpid) {
        return WireGpid.of(gpid.appId(), gpid.partitionIndex());
    }

    public static Gpid gpid(WireGpid gpid) {
        return new Gpid(gpid.appId(), gpid.partitionIndex());
    }

    /** Throws {@link IllegalArgumentException} if the host is not IPv4 in dotted form. */
    public static WireAddress address(HostPort address) {
        return WireAddress.of(address.host(), address.port());
    }

    /** No address for null. */
    public static WireAddress addressOrNone(@Nullable HostPort address) {
        return address == null ? new WireAddress() : address(address);
    }

    public static List<WireAddress> addresses(Collection<HostPort> addresses) {
        return addresses.stream().map(Wire::address).toList();
    }

    /** Empty for no address. */
    public static Optional<HostPort> find(@Nullable WireAddress address) {
        return address != null && address.isSet() && address.port() > 0
                ? Optional.of(new HostPort(address.host(), address.port()))
                : Optional.empty();
    }

    /** The address, from whichever of the twin fields has one; empty if neither has. */
    public static Optional<HostPort> find(@Nullable WireAddress address, @Nullable WireHostPort byName) {
        Optional<HostPort> found = find(address);
        return found.isPresent() || byName == null || byName.hostAndPort().isEmpty()
                ? found
                : Optional.of(HostPort.parse(byName.hostAndPort()));
    }

    /** Throws {@link IllegalArgumentException} for no address. */
    public static HostPort hostPort(WireAddress address) {
        return find(address).orElseThrow(() -> new IllegalArgumentException("expected an address, found none"));
    }

    /** Leaves out what is no address. */
    public static List<HostPort> hostPorts(Collection<WireAddress> addresses) {
        return addresses.stream().map(Wire::find).flatMap(Optional::stream).toList();
    }

    /** One instance per code: not to be read into. */
    @SuppressWarnings("NullAway") // every code is in the map
    public static WireErrorCode error(ErrorCode error) {
        return ERRORS.get(error);
    }

    /** {@code ERR_UNKNOWN} for a name that we do not know, and for none. */
    public static ErrorCode error(@Nullable WireErrorCode error) {
        return error == null ? ErrorCode.ERR_UNKNOWN : ErrorCode.of(error.name());
    }

    public static Blob blob(byte[] bytes) {
        return Blob.of(bytes);
    }

    private static Map<ErrorCode, WireErrorCode> errors() {
        Map<ErrorCode, WireErrorCode> errors = new EnumMap<>(ErrorCode.class);
        for (ErrorCode error : ErrorCode.values()) {
            errors.put(error, WireErrorCode.of(error.name()));
        }
        return errors;
    }
}
