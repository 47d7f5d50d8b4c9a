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

/** Ages on the screen are renewed this often; nothing is written when their words did not change. */
const tick = 5_000;

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
    const renew = () => {
      if (waiting) return;
      waiting = true;
      queueMicrotask(() => {
        waiting = false;
        setSnapshot(take(app));
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
    const timer = setInterval(renew, tick);
    renew();
    return () => {
      unsubscribeData();
      unsubscribeUi();
      clearInterval(timer);
    };
  }, [app]);
  return snapshot;
}
