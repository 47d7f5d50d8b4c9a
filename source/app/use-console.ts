import { useEffect, useState } from 'react';
import type { DataState } from '../store/state.ts';
import type { Console } from './controller/console.ts';
import type { UiState } from './ui/state.ts';

/** One consistent look at everything, taken once per tick. */
export interface Snapshot {
  readonly data: DataState;
  readonly ui: UiState;
  readonly now: number;
}

/**
 * Ages on the screen are renewed when nothing was drawn for this long: a little more than the time between two refreshes,
 * since those renew them too; sooner while something runs or fails, whose seconds one counts. Nothing is written when their
 * words did not change.
 */
function restOf({ sites, operations }: DataState): number {
  const counting =
    operations.some((each) => each.state === 'running') ||
    sites.some(({ resources, connection }) => resources.failure ?? connection.pausedUntil);
  return counting ? 2_000 : 11_000;
}

function take(app: Console): Snapshot {
  return { data: app.data.getState(), ui: app.ui.getState(), now: app.now() };
}

/**
 * Follows both stores. Several changes of one tick are one render, and a call that only went into the call log is none
 * unless the log is open.
 */
export function useConsole(app: Console): Snapshot {
  const [snapshot, setSnapshot] = useState(() => take(app));
  useEffect(() => {
    let waiting = false;
    let ended = false;
    let timer: NodeJS.Timeout | undefined;
    const renew = () => {
      if (waiting) return;
      waiting = true;
      queueMicrotask(() => {
        waiting = false;
        if (ended) return;
        const snapshot = take(app);
        clearTimeout(timer);
        timer = setTimeout(renew, restOf(snapshot.data));
        setSnapshot(snapshot);
      });
    };
    const unsubscribeData = app.data.subscribe((after, before) => {
      const onlyCalls =
        after.sites === before.sites &&
        after.details === before.details &&
        after.operations === before.operations;
      if (!onlyCalls || app.ui.getState().overlay?.kind === 'calls') renew();
    });
    const unsubscribeUi = app.ui.subscribe(renew);
    renew();
    return () => {
      unsubscribeData();
      unsubscribeUi();
      ended = true;
      clearTimeout(timer);
    };
  }, [app]);
  return snapshot;
}
