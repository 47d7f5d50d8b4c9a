import { type DetailRequest, detailKey } from '../domain/detail.ts';
import { fail } from '../domain/result.ts';
import { sanitise, say } from '../domain/safe-text.ts';
import type { TaskStatus } from '../domain/task.ts';
import type { Services } from '../services/types.ts';
import { detailCadence, loaders, splitSubject } from './loaders.ts';
import { nodeOf } from './node-of.ts';
import { createNodePauses } from './node-pauses.ts';
import { type Poller, startPoller, type Timers } from './poller.ts';
import { createSnapshotSurveys } from './snapshot-survey.ts';
import type { Store } from './store.ts';
import { arrived, failed, fetching, updateDetail } from './updates.ts';

export interface Details {
  /** What the screen shows now; everything else stops being asked for. Its data stay for coming back. */
  want(requests: readonly DetailRequest[]): void;
  /** Loads again what is on screen. `guests` = only of these the snapshots have changed, in a list of all of them. */
  refresh(guests?: readonly string[]): void;
  /** For good: nothing that is wanted afterwards is loaded. */
  stop(): void;
}

/** Details remembered after their page was left; older ones go. */
const remembered = 200;
const endedPause = 60_000;
/** Pause of what is shown beside a list. */
const seldomPause = 60_000;

/** Loads details only while they are on screen, one poller each. */
export function createDetails(services: Services, store: Store, timers: Timers): Details {
  const pauses = createNodePauses(() => timers.now());
  const surveys = createSnapshotSurveys(() => timers.now());
  let stopped = false;
  const pollers = new Map<string, { readonly poller: Poller; readonly seldom: boolean }>();

  const load = async (request: DetailRequest, key: string, signal: AbortSignal) => {
    const { site: siteId, subject } = splitSubject(request);
    const site = services.sites.find((each) => each.id === siteId);
    const inventory = store.getState().sites.find((each) => each.site === siteId);
    if (!site || !inventory) {
      const what = say`There is no site ${sanitise(siteId)}`;
      updateDetail(store, key, (before) => failed(before, { kind: 'config', what }));
      return false;
    }
    const asked = nodeOf(request, inventory);
    const node = asked === undefined ? undefined : `${siteId}/${asked.node}`;
    const refused =
      asked === undefined || node === undefined
        ? undefined
        : pauses.refuse(node, asked.node, asked.silent);
    if (refused) {
      updateDetail(store, key, (before) => failed(before, refused));
      return false;
    }
    updateDetail(store, key, fetching);
    const result = await loaders[request.kind]({
      site,
      inventory,
      subject,
      argument: request.argument,
      previous: store.getState().details[key]?.data,
      options: { signal },
      surveys,
      publish: (data) =>
        updateDetail(store, key, (before) => ({ ...before, data, fetching: true })),
    });
    if (signal.aborted) return true;
    if (node !== undefined) pauses.told(node, result);
    const outcome = result.ok ? result : fail(result.failure);
    updateDetail(store, key, (before) =>
      outcome.ok ? arrived(before, outcome.value, timers.now()) : failed(before, outcome.failure),
    );
    return outcome.ok;
  };

  /** A task that ended does not change any more. */
  const pause = (request: DetailRequest) => {
    if (request.kind === 'task.log' || request.kind === 'task.status') {
      const statusKey = detailKey({ kind: 'task.status', subject: request.subject });
      const status = store.getState().details[statusKey]?.data as TaskStatus | undefined;
      if (status && !status.running) return endedPause;
    }
    const usual = detailCadence[request.kind];
    return request.seldom ? Math.max(usual, seldomPause) : usual;
  };

  const forget = () => {
    const { details } = store.getState();
    const keys = Object.keys(details);
    if (keys.length <= remembered) return;
    const old = keys.filter((key) => !pollers.has(key)).slice(0, keys.length - remembered);
    const kept = Object.fromEntries(Object.entries(details).filter(([key]) => !old.includes(key)));
    store.setState({ details: kept });
  };

  return {
    want(requests) {
      // The last drawing may still ask after everything has ended.
      if (stopped) return;
      const wanted = new Map(requests.map((request) => [detailKey(request), request]));
      for (const [key, { poller }] of pollers) {
        if (!wanted.has(key)) {
          poller.stop();
          pollers.delete(key);
          updateDetail(store, key, (before) => ({ ...before, fetching: false }));
        }
      }
      for (const [key, request] of wanted) {
        const running = pollers.get(key);
        if (running && running.seldom === (request.seldom ?? false)) continue;
        running?.poller.stop();
        const poller = startPoller({
          every: () => pause(request),
          timers,
          poll: (signal) => load(request, key, signal),
        });
        pollers.set(key, { poller, seldom: request.seldom ?? false });
      }
      forget();
    },
    refresh(guests) {
      surveys.forget(guests ?? 'all');
      pauses.clear();
      for (const { poller } of pollers.values()) poller.kick();
    },
    stop() {
      stopped = true;
      for (const { poller } of pollers.values()) poller.stop();
      pollers.clear();
    },
  };
}
