import type { Failure } from '../domain/failure.ts';
import type { Result } from '../domain/result.ts';
import { sanitise, say } from '../domain/safe-text.ts';

/** A node that cannot be reached is asked again after this time, in ms. */
const pause = 30_000;
/** How a cluster says that it could not reach one of its nodes. */
const nodeSilent: ReadonlySet<number | undefined> = new Set([595, 596]);

/** Keeps the details of one screen from hammering a node that is down: one request to it in 30 s, for all of them. */
export interface NodePauses {
  /** The failure to show instead of asking; undefined = ask. `known` = the cluster says that the node is not online. */
  refuse(key: string, node: string, known: boolean): Failure | undefined;
  /** What came of asking. */
  told(key: string, result: Result<unknown>): void;
  /** A person wants it asked again now. */
  clear(): void;
}

export function createNodePauses(now: () => number): NodePauses {
  const down = new Map<string, { askedAt: number; failure?: Failure }>();
  return {
    refuse(key, node, known) {
      const entry = down.get(key);
      if (!entry && !known) return undefined;
      if (entry && now() - entry.askedAt < pause) {
        return (
          entry.failure ?? {
            kind: 'unreachable',
            what: say`Node ${sanitise(node)} is not online`,
            next: say`the rest of the cluster still answers`,
          }
        );
      }
      down.set(key, { askedAt: now(), ...(entry?.failure ? { failure: entry.failure } : {}) });
      return undefined;
    },
    told(key, result) {
      if (result.ok) down.delete(key);
      else if (nodeSilent.has(result.failure.status)) {
        const askedAt = down.get(key)?.askedAt ?? now();
        down.set(key, { askedAt, failure: result.failure });
      }
    },
    clear: () => down.clear(),
  };
}
