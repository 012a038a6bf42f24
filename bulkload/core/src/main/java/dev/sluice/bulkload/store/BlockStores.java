package dev.sluice.bulkload.store;

import dev.sluice.bulkload.fileset.Remedy;
import dev.sluice.bulkload.fileset.SourceException;
import dev.sluice.common.ErrorCode;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The stores that a process knows by name. Each is opened when it is first asked for, and then shared. */
public final class BlockStores implements AutoCloseable {
    /** What a client is told about a name that is not configured, or does not work. */
    public static final String INVALID_PROVIDER = "invalid file_provider";

    private final Map<String, BlockService> services = new TreeMap<>();
    private final Map<String, BlockStoreType> types = new TreeMap<>();
    private final Map<String, BlockStore> open = new TreeMap<>();

    /**
     * Stores of those sections. Throws {@link IllegalArgumentException} if a section's type is unknown, so that a server
     * refuses to start with it.
     */
    public BlockStores(Collection<BlockService> services) {
        addType(new LocalBlockStore.Type());
        ServiceLoader.load(BlockStoreType.class).forEach(this::addType);
        for (BlockService service : services) {
            if (!types.containsKey(service.type())) {
                throw new IllegalArgumentException("[block_service." + service.name() + "] type = " + service.type()
                        + ": expected one of " + types.keySet());
            }
            this.services.put(service.name(), service);
        }
    }

    /** Adds a store that is open already. It is closed with the others. */
    public synchronized BlockStores with(String name, BlockStore store) {
        services.put(name, new BlockService(name, "given", List.of()));
        open.put(name, store);
        return this;
    }

    /** The names that a start request can use. */
    public synchronized Set<String> names() {
        return Set.copyOf(services.keySet());
    }

    /**
     * The store of that name. Fails with ERR_INVALID_PARAMETERS and {@value #INVALID_PROVIDER} in the reason if there is
     * none, or it cannot be opened.
     */
    public synchronized BlockStore require(String name) throws SourceException {
        BlockStore known = open.get(name);
        if (known != null) {
            return known;
        }
        BlockService service = services.get(name);
        if (service == null) {
            throw invalid(name, "no section [block_service." + name + "]", null);
        }
        BlockStoreType type = types.get(service.type());
        if (type == null) {
            throw invalid(name, "closed", null);
        }
        try {
            BlockStore opened = type.open(service);
            open.put(name, opened);
            return opened;
        } catch (BlockStoreException | IllegalArgumentException e) {
            throw invalid(name, String.valueOf(e.getMessage()), e);
        }
    }

    @Override
    public synchronized void close() {
        open.values().forEach(BlockStore::close);
        open.clear();
        services.clear();
    }

    private void addType(BlockStoreType type) {
        types.put(type.name(), type);
    }

    private static SourceException invalid(String name, String reason, @Nullable Throwable cause) {
        return new SourceException(
                name, INVALID_PROVIDER + ": " + reason, ErrorCode.ERR_INVALID_PARAMETERS, Remedy.FIX_THE_SOURCE, cause);
    }
}
