import { guestDeleteSnapshot } from './guest-delete-snapshot.ts';
import { guestDescribeSnapshot } from './guest-describe-snapshot.ts';
import { guestHibernate } from './guest-hibernate.ts';
import { guestReboot } from './guest-reboot.ts';
import { guestReset } from './guest-reset.ts';
import { guestResume } from './guest-resume.ts';
import { guestRollback } from './guest-rollback.ts';
import { guestShutdown } from './guest-shutdown.ts';
import { guestSnapshot } from './guest-snapshot.ts';
import { guestSpice } from './guest-spice.ts';
import { guestStart } from './guest-start.ts';
import { guestStop } from './guest-stop.ts';
import { guestSuspend } from './guest-suspend.ts';
import { nodeReboot } from './node-reboot.ts';
import { nodeShutdown } from './node-shutdown.ts';
import { nodeStartAll } from './node-start-all.ts';
import { nodeStopAll } from './node-stop-all.ts';
import { nodeWake } from './node-wake.ts';
import { serviceReload } from './service-reload.ts';
import { serviceRestart } from './service-restart.ts';
import { serviceStart } from './service-start.ts';
import { serviceStop } from './service-stop.ts';
import { taskStop } from './task-stop.ts';
import type { Action, Scope } from './types.ts';

/** An action of any scope; {@link actionsOf} gives the typed ones. */
export type AnyAction = { [S in Scope]: Action<S> }[Scope];

/** Every action there is, in menu order. Hints, help, palette, menus, command line and documents are made from it. */
export const actions: readonly AnyAction[] = [
  guestStart,
  guestShutdown,
  guestReboot,
  guestStop,
  guestReset,
  guestSuspend,
  guestHibernate,
  guestResume,
  guestSnapshot,
  guestRollback,
  guestDeleteSnapshot,
  guestDescribeSnapshot,
  guestSpice,
  nodeReboot,
  nodeShutdown,
  nodeWake,
  nodeStartAll,
  nodeStopAll,
  serviceStart,
  serviceStop,
  serviceRestart,
  serviceReload,
  taskStop,
];

/** The actions of one scope, in menu order. */
export function actionsOf<S extends Scope>(scope: S): readonly Action<S>[] {
  return actions.filter((action) => action.scope === scope) as unknown as readonly Action<S>[];
}

export function findAction(id: string): AnyAction | undefined {
  return actions.find((action) => action.id === id);
}
