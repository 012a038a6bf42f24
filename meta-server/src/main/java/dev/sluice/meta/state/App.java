package dev.sluice.meta.state;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A table.
 *
 * @param id from 1 up, never used twice
 * @param type what the client named as its type; means nothing here
 * @param partitionCount fixed
 * @param maxReplicaCount members that each partition should have
 * @param envs what the app is told to do differently, by name
 * @param atomicIdempotent what an operator set; means nothing here, since a mutation carries results for every app
 * @param createdSecond since 1970
 * @param droppedSecond since 1970; 0 while it is available
 * @param expireSecond since 1970, when a dropped app is forgotten; 0 while it is available
 */
public record App(
        int id,
        String name,
        String type,
        AppStatus status,
        int partitionCount,
        int maxReplicaCount,
        SortedMap<String, String> envs,
        boolean stateful,
        boolean atomicIdempotent,
        long createdSecond,
        long droppedSecond,
        long expireSecond) {
    public App {
        envs = Collections.unmodifiableSortedMap(new TreeMap<>(envs));
    }

    public boolean isAvailable() {
        return status == AppStatus.AVAILABLE;
    }

    App dropped(long atSecond, long untilSecond) {
        return new App(
                id,
                name,
                type,
                AppStatus.DROPPED,
                partitionCount,
                maxReplicaCount,
                envs,
                stateful,
                atomicIdempotent,
                createdSecond,
                atSecond,
                untilSecond);
    }

    App recalledAs(String newName) {
        return new App(
                id,
                newName,
                type,
                AppStatus.AVAILABLE,
                partitionCount,
                maxReplicaCount,
                envs,
                stateful,
                atomicIdempotent,
                createdSecond,
                0,
                0);
    }

    App renamed(String newName) {
        return with(newName, maxReplicaCount, envs, atomicIdempotent);
    }

    App withEnvs(SortedMap<String, String> newEnvs) {
        return with(name, maxReplicaCount, newEnvs, atomicIdempotent);
    }

    App withMaxReplicaCount(int count) {
        return with(name, count, envs, atomicIdempotent);
    }

    App withAtomicIdempotent(boolean wanted) {
        return with(name, maxReplicaCount, envs, wanted);
    }

    private App with(
            String newName, int newMaxReplicaCount, SortedMap<String, String> newEnvs, boolean newAtomicIdempotent) {
        return new App(
                id,
                newName,
                type,
                status,
                partitionCount,
                newMaxReplicaCount,
                newEnvs,
                stateful,
                newAtomicIdempotent,
                createdSecond,
                droppedSecond,
                expireSecond);
    }
}
