import type { ConfigEntry } from '../domain/guest-detail.ts';
import { ok } from '../domain/result.ts';
import { type SafeText, say } from '../domain/safe-text.ts';
import { keyNames } from './config-plan.ts';
import { editable, editBase, toldConflict } from './config-write.ts';
import { ask, disabled, guestLabel, vmPrivilege } from './guest-common.ts';
import { taskOrDone } from './outcome.ts';
import { picksOf } from './picks.ts';
import { defineAction, type Facts } from './types.ts';

const waits = (entry: ConfigEntry) => entry.pending !== undefined || entry.pendingDelete === true;
const waiting = (facts: Facts) => (facts.pending ?? []).filter(waits);

/** `memory: 2048 → 4096` */
function words({ key, value, pending, pendingDelete }: ConfigEntry): SafeText {
  const unset = say`(not set)`;
  return say`${key}: ${value ?? unset} → ${pendingDelete ? say`removed` : (pending ?? unset)}`;
}

export const guestRevert = defineAction<'guest'>({
  ...editBase,
  id: 'guest.revert',
  key: 'X',
  menu: undefined,
  title: 'Revert pending changes',
  summary: 'Drops changes that wait for the next start; the running values stay.',
  fields: [
    {
      name: 'keys',
      label: 'Changes',
      help: 'What is dropped.',
      kind: 'many',
      required: true,
      choices: (_guest, facts) =>
        waiting(facts).map((entry) => ({ value: entry.key, label: words(entry) })),
      initial: (_guest, facts) => {
        const keys = waiting(facts).map(({ key }) => key as string);
        return (keys.filter((key) => key === facts.configKey)[0] ?? keys.join(';')) || undefined;
      },
    },
  ],
  privileges: (guest) =>
    vmPrivilege(
      'VM.Config.Options',
      'VM.Config.Memory',
      'VM.Config.CPU',
      'VM.Config.Disk',
      'VM.Config.Network',
      'VM.Config.HWType',
      'VM.Config.Cloudinit',
    )(guest),
  available: (guest, facts) => {
    const stop = editable(guest, facts);
    if (stop.state !== 'yes' || !facts.pending) return stop;
    return waiting(facts).length > 0 ? stop : disabled(say`no change waits for the next start`);
  },
  confirm: (guest, values, facts) =>
    ask(1, say`Revert pending changes of ${guestLabel(guest)}?`, guest, facts, [
      ...waiting(facts)
        .filter(({ key }) => picksOf(values.keys).includes(key))
        .map((entry) => say`Dropped: ${words(entry)}`),
    ]),
  run: async (guest, values, context) => {
    const revert = picksOf(values.keys);
    const { digest } = context.facts.config ?? {};
    const written = await context.site.guests.setConfig(
      guest,
      { revert, ...(digest === undefined ? {} : { digest }) },
      { signal: context.signal },
    );
    if (!written.ok) return toldConflict(written, guest);
    if (written.value.upid) return taskOrDone(written);
    const what = keyNames(revert);
    return ok({ kind: 'done', message: say`${guestLabel(guest)} keeps its running ${what}` });
  },
});
