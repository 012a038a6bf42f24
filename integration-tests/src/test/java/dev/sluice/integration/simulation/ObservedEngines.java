package dev.sluice.integration.simulation;

import dev.sluice.common.Gpid;
import dev.sluice.replica.engine.Engine;
import dev.sluice.replica.engine.EngineFactory;
import dev.sluice.replica.mutation.Change.Publish;
import dev.sluice.replica.mutation.Change.RowChange;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Opens engines that tell what is applied to them. */
record ObservedEngines(EngineFactory engines, Observer observer) implements EngineFactory {
    /** Hears after an engine has applied something. */
    interface Observer {
        void onApplied(Gpid gpid, long decree, List<RowChange> rows, @Nullable Publish publish);
    }

    @Override
    public Engine open(Path directory) {
        Engine engine = engines.open(directory);
        Gpid gpid = gpid(Objects.requireNonNull(
                        Objects.requireNonNull(directory.getParent()).getFileName())
                .toString());
        return (Engine) Proxy.newProxyInstance(
                Engine.class.getClassLoader(), new Class<?>[] {Engine.class}, (proxy, method, arguments) -> {
                    Object result;
                    try {
                        result = method.invoke(engine, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause() == null ? e : e.getCause();
                    }
                    if (method.getName().equals("apply")) {
                        observer.onApplied(gpid, (Long) arguments[0], rows(arguments[1]), null);
                    } else if (method.getName().equals("publish")) {
                        observer.onApplied(gpid, (Long) arguments[0], List.of(), (Publish) arguments[1]);
                    }
                    return result;
                });
    }

    @SuppressWarnings("unchecked") // of the method's signature
    private static List<RowChange> rows(Object argument) {
        return (List<RowChange>) argument;
    }

    private static Gpid gpid(String name) {
        int dot = name.indexOf('.');
        return new Gpid(Integer.parseInt(name.substring(0, dot)), Integer.parseInt(name.substring(dot + 1)));
    }

    @Override
    public void close() {
        engines.close();
    }
}
