import { age } from '../domain/format.ts';
import type { Guest } from '../domain/guest.ts';
import { fail, ok } from '../domain/result.ts';
import { joinSafe, type SafeText, sanitise, say } from '../domain/safe-text.ts';
import { clockSkew, sinceServerTime } from '../domain/server-time.ts';
import { ask, disabled, guestLabel, hidden, vmPrivilege, yes } from './guest-common.ts';
import { defineAction, type RunContext } from './types.ts';

/** What a lock left behind by a broken task means, and what has to be looked at before it is taken away. */
const meanings: Readonly<Record<string, string>> = {
  backup: 'left by an aborted backup; the guest itself is whole',
  snapshot: 'a snapshot is unfinished; delete it afterwards, with force if need be',
  'snapshot-delete':
    'a snapshot is half deleted; delete it again afterwards, with force if need be',
  rollback: 'its disks may be half rolled back; roll back again before you start it',
  migrate:
    'look on both nodes first: it must not run twice, and copied disks may be left on the target',
  clone: 'a copy broke off; the new guest is not complete',
  create: 'its creation or restore broke off; destroying it is safer than using it',
  disk: 'a disk was being moved or resized; check its disks before you start it',
  mounted: 'its file system is mounted on the node; "pct unmount" is the way, not unlock',
  fstrim: 'a trim broke off; nothing is lost',
  destroyed: 'it was being destroyed; its disks may be gone already',
};

/** Locks that are a state and no leftover: taking them away loses something. */
const states: Readonly<Record<string, string>> = {
  suspended: 'it is hibernated: start resumes it, unlocking would throw its memory away',
  suspending: 'its memory is being written to disk; wait',
};

/** The command and when it is safe. There is no API for it: it is for a shell on the node. */
export function unlockCommand(guest: Guest): SafeText {
  return say`${guest.type === 'qemu' ? say`qm` : say`pct`} unlock ${guest.vmid}`;
}

/** Tasks that work on the guest now, in words; undefined = the node did not tell. */
async function workingOn(guest: Guest, context: RunContext): Promise<SafeText[] | undefined> {
  const { signal, site } = context;
  const listed = await site.tasks.node(guest.node, { vmid: guest.vmid, limit: 50 }, { signal });
  if (!listed.ok) return undefined;
  const skew = clockSkew(site.connection());
  return listed.value
    .filter((task) => task.outcome === 'running')
    .map((task) => {
      const since = sinceServerTime(task.starttime * 1000, context.now(), skew);
      return say`${task.type} since ${age(since)}`;
    });
}

export const guestUnlockAdvice = defineAction<'guest'>({
  id: 'guest.unlock-advice',
  scope: 'guest',
  key: '',
  title: 'How to unlock',
  summary: 'Says whether the lock is still needed, and the command that removes it.',
  effect: 'read',
  needs: [],
  batch: false,
  fields: [],
  privileges: vmPrivilege('VM.Audit'),
  available: (guest) => {
    if (guest.stale || guest.status === 'unknown') {
      return disabled(say`node ${guest.node} does not answer, the guest's state is unknown`);
    }
    return guest.lock ? yes : hidden;
  },
  confirm: (guest, _values, facts) =>
    ask(0, say`What about the lock of ${guestLabel(guest)}?`, guest, facts),
  taskTypes: [],
  touches: [],
  run: async (guest, _values, context) => {
    const lock = guest.lock ?? sanitise('');
    const head = say`${guestLabel(guest)} is locked (${lock})`;
    const state = states[lock];
    if (state) return ok({ kind: 'done', message: say`${head}: ${sanitise(state)}` });
    const tasks = await workingOn(guest, context);
    const command = unlockCommand(guest);
    if (!tasks) {
      return fail({
        kind: 'unreachable',
        what: say`${head}, and whether a task needs the lock is not known`,
        where: say`node ${guest.node}`,
        next: say`look at its tasks there; only if none runs: ${command} on ${guest.node}`,
      });
    }
    if (tasks.length > 0) {
      const running = joinSafe(tasks, ', ');
      return ok({
        kind: 'done',
        message: say`${head} by a running task: ${running}. Do not unlock it; wait, or stop the task.`,
      });
    }
    const meaning = meanings[lock];
    const words = meaning ? say`: ${sanitise(meaning)}` : say``;
    return ok({
      kind: 'done',
      message: say`${head} and no task on ${guest.node} works on it${words}. In a shell on ${guest.node}: ${command}`,
    });
  },
});
