import type { Guest } from '../domain/guest.ts';
import { fail } from '../domain/result.ts';
import { sanitise, say } from '../domain/safe-text.ts';
import { ask, disabled, guestLabel } from './guest-common.ts';
import { taskOrDone } from './outcome.ts';
import {
  entryName,
  findEntry,
  ownEntries,
  permissionPrivileges,
  permitted,
  pickedEntry,
  roleWords,
} from './permission-rules.ts';
import { fieldsNamed } from './refused-fields.ts';
import { defineAction, type Facts } from './types.ts';

/** The row under the cursor stands elsewhere; undefined = it is the guest's own. */
function elsewhere(guest: Guest, facts: Facts): string | undefined {
  const picked = pickedEntry(facts);
  return picked && !ownEntries(guest, facts).includes(picked) ? picked.path : undefined;
}

export const guestPermissionRemove = defineAction<'guest'>({
  id: 'guest.permission-remove',
  scope: 'guest',
  key: 'D',
  row: 'permission',
  title: 'Remove permission',
  summary: 'Takes a role on the guest away from a user, a group or a token.',
  effect: 'change',
  needs: ['access'],
  batch: false,
  fields: [
    {
      name: 'entry',
      label: 'Entry',
      help: 'Who, and which role. Inherited ones are removed where they stand.',
      kind: 'choice',
      required: true,
      choices: (guest, facts) =>
        ownEntries(guest, facts).map((entry) => ({
          value: entryName(entry),
          label: say`${entry.id}, ${entry.role}`,
        })),
      initial: (guest, facts) => {
        const own = ownEntries(guest, facts);
        const picked = pickedEntry(facts);
        const entry = picked && own.includes(picked) ? picked : own[0];
        return entry && entryName(entry);
      },
      problem: (value, guest, facts) =>
        facts.access && !findEntry(guest, facts, value)
          ? `${sanitise(value)} is none of the entries on this guest`
          : undefined,
    },
  ],
  privileges: permissionPrivileges,
  available: (guest, facts) => {
    const stop = permitted(guest, facts);
    if (stop.state !== 'yes' || !facts.access) return stop;
    const path = elsewhere(guest, facts);
    if (path) return disabled(say`it stands on ${sanitise(path)}, not on this guest`);
    return ownEntries(guest, facts).length === 0
      ? disabled(say`no entry on this guest itself is known`)
      : stop;
  },
  confirm: (guest, values, facts) => {
    const entry = findEntry(guest, facts, values.entry);
    const who = entry?.id ?? sanitise(values.entry ?? 'somebody');
    const role = entry?.role ?? say`?`;
    return ask(
      2,
      say`Take the role ${role} on ${guestLabel(guest)} away from ${who}?`,
      guest,
      facts,
      [
        roleWords(facts, entry?.role),
        say`What ${who} inherits from above counts again, if there is anything.`,
      ],
    );
  },
  taskTypes: [],
  touches: ['detail'],
  run: async (guest, values, { site, facts, signal }) => {
    const entry = findEntry(guest, facts, values.entry);
    if (!entry) {
      const what = say`There is no such entry on this guest`;
      return fail({ kind: 'not-found', what, where: guestLabel(guest) });
    }
    const { path, subject, id, role } = entry;
    const changed = await site.access.changeAcl(
      { path, subject, id, role, remove: true },
      { signal },
    );
    return taskOrDone(
      fieldsNamed(changed, { role: 'entry' }),
      say`${id} has the role ${role} on ${guestLabel(guest)} no more`,
    );
  },
});
