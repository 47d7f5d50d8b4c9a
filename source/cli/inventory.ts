import type { Failure } from '../domain/failure.ts';
import type { SiteInventory } from '../domain/inventory.ts';
import { fail, type Result } from '../domain/result.ts';
import { sanitise, say } from '../domain/safe-text.ts';
import type { Sourced } from '../domain/sourced.ts';
import type { CallOptions, PveSite } from '../services/types.ts';

/** The parts of an inventory that a command looks at; the others stay "not asked". */
export type Part = 'resources' | 'cluster' | 'tasks' | 'permissions' | 'version';

/** A time limit over several calls. Aborted by the clock, by the outer signal, or by `end`. */
export interface Deadline {
  readonly signal: AbortSignal;
  readonly expired: () => boolean;
  readonly end: () => void;
}

/** `ms` undefined = no limit but the outer signal. Call `end` when done, or the process waits for the clock. */
export function startDeadline(ms: number | undefined, outer: AbortSignal): Deadline {
  const controller = new AbortController();
  let expired = false;
  const stop = () => controller.abort();
  const timer =
    ms === undefined
      ? undefined
      : setTimeout(() => {
          expired = true;
          stop();
        }, ms);
  if (outer.aborted) stop();
  else outer.addEventListener('abort', stop, { once: true });
  return {
    signal: controller.signal,
    expired: () => expired,
    end: () => {
      clearTimeout(timer);
      outer.removeEventListener('abort', stop);
    },
  };
}

/** The call's answer, or a failure as soon as the time is over, whether the call notices or not. */
export async function within<T>(
  deadline: Deadline,
  site: PveSite,
  call: (options: CallOptions) => Promise<Result<T>>,
): Promise<Result<T>> {
  const over = (): Result<T> => {
    const failure: Failure = deadline.expired()
      ? { kind: 'timeout', what: say`no answer in time`, where: say`site ${sanitise(site.id)}` }
      : { kind: 'cancelled', what: say`stopped`, where: say`site ${sanitise(site.id)}` };
    return fail(failure);
  };
  if (deadline.signal.aborted) return over();
  let stop: (() => void) | undefined;
  const aborted = new Promise<Result<T>>((resolve) => {
    stop = () => resolve(over());
    deadline.signal.addEventListener('abort', stop, { once: true });
  });
  try {
    const result = await Promise.race([call({ signal: deadline.signal }), aborted]);
    return !result.ok && result.failure.kind === 'cancelled' ? over() : result;
  } finally {
    if (stop) deadline.signal.removeEventListener('abort', stop);
  }
}

/** Asks one site once for the parts. Failures become part of the inventory. */
export async function fetchInventory(
  site: PveSite,
  parts: readonly Part[],
  deadline: Deadline,
  now: () => number,
): Promise<SiteInventory> {
  const ask = async <T>(
    part: Part,
    call: (options: CallOptions) => Promise<Result<T>>,
  ): Promise<Sourced<T>> => {
    if (!parts.includes(part)) return { fetching: false };
    const result = await within(deadline, site, call);
    return result.ok
      ? { data: result.value, fetchedAt: now(), fetching: false }
      : { failure: result.failure, fetching: false };
  };
  const [resources, cluster, tasks, permissions, version] = await Promise.all([
    ask('resources', (options) => site.resources(options)),
    ask('cluster', (options) => site.clusterStatus(options)),
    ask('tasks', (options) => site.tasks.cluster(options)),
    ask('permissions', (options) => site.permissions(options)),
    ask('version', (options) => site.version(options)),
  ]);
  return {
    site: site.id,
    resources,
    cluster,
    tasks,
    permissions,
    version,
    connection: site.connection(),
  };
}

/** All sites side by side. */
export function fetchAll(
  sites: readonly PveSite[],
  parts: readonly Part[],
  deadline: Deadline,
  now: () => number,
): Promise<SiteInventory[]> {
  return Promise.all(sites.map((site) => fetchInventory(site, parts, deadline, now)));
}
