import { guestEntries, guestPath } from '../domain/acl.ts';
import type { Guest } from '../domain/guest.ts';
import { type SafeText, sanitise, say } from '../domain/safe-text.ts';
import { textOf } from './choices.ts';
import { ask, guestLabel, isCritical } from './guest-common.ts';
import { taskOrDone } from './outcome.ts';
import {
  findEntry,
  permissionPrivileges,
  permitted,
  roleWords,
  subjectOf,
} from './permission-rules.ts';
import { fieldsNamed } from './refused-fields.ts';
import { type Choice, defineAction, type Facts, type FieldValue } from './types.ts';

const kinds = [
  ['users', say`user`],
  ['groups', say`group`],
  ['tokens', say`token`],
] as const;

function whom({ access }: Facts): readonly Choice[] {
  const choices = access?.choices ?? {};
  return kinds.flatMap(([list, kind]) =>
    (choices[list] ?? []).map((id) => ({ value: id, label: say`${id}, ${kind}` })),
  );
}

/** Would the pool's `NoAccess` win over the new role? */
function shutOutByPool(guest: Guest, { access }: Facts, who: SafeText): boolean {
  const place = { path: guestPath(guest.vmid), subject: subjectOf(who), id: who };
  const added = { ...place, role: say`new`, propagate: true };
  return guestEntries([...(access?.acl ?? []), added], guest).some(
    ({ entry, level, replaced, byPool }) =>
      entry.subject === place.subject &&
      entry.id === who &&
      entry.role === 'NoAccess' &&
      (byPool || (level.startsWith('pool') && !replaced)),
  );
}

/** What the new role does to others: Proxmox adds what the pool gives, and `NoAccess` on either wins. */
function othersLines(
  guest: Guest,
  facts: Facts,
  who: SafeText,
  role: FieldValue,
): readonly SafeText[] {
  const { pool } = guest;
  const replaced = say`On this guest it takes the place of roles that ${who} inherits`;
  if (pool === undefined) return [say`${replaced} from above.`];
  const beside =
    role === 'NoAccess'
      ? say`What ${who} has by the pool ${pool} counts no more either.`
      : shutOutByPool(guest, facts, who)
        ? say`${who} has NoAccess by the pool ${pool}: the new role does nothing.`
        : say`What ${who} has on the pool ${pool}, or inherits there, counts beside it.`;
  return [say`${replaced} by /vms.`, beside];
}

export const guestPermissionAdd = defineAction<'guest'>({
  id: 'guest.permission-add',
  scope: 'guest',
  key: '',
  title: 'Add permission',
  summary: 'Gives a user, a group or a token a role on the guest.',
  effect: 'change',
  needs: ['access'],
  batch: false,
  fields: [
    {
      name: 'ugid',
      label: 'Who',
      help: 'A user (name@realm), a group (name) or a token (name@realm!token).',
      kind: 'choice',
      required: true,
      free: true,
      choices: (_guest, facts) => whom(facts),
      problem: (value) =>
        /^[^\s:/,;]+$/.test(textOf(value)) ? undefined : 'a name without spaces, : / , and ;',
    },
    {
      name: 'roles',
      label: 'Role',
      help: 'What it may do; the next question names the privileges.',
      kind: 'choice',
      required: true,
      free: true,
      choices: (_guest, facts) =>
        (facts.access?.choices.roles ?? []).map(({ role, privileges }) => ({
          value: role,
          label: say`${role}, ${privileges.length} privileges`,
        })),
      problem: (value, guest, facts, { ugid }) =>
        findEntry(guest, facts, `${textOf(ugid)} ${textOf(value)}`)
          ? 'it has this role here already'
          : undefined,
    },
    {
      name: 'propagate',
      label: 'Below too',
      help: 'There is nothing below a guest today; Proxmox switches it on by default.',
      kind: 'boolean',
      aside: true,
      initial: () => true,
    },
  ],
  privileges: permissionPrivileges,
  available: permitted,
  confirm: (guest, values, facts) => {
    const who = textOf(values.ugid);
    return ask(
      2,
      say`Give ${sanitise(who || 'somebody')} the role ${sanitise(values.roles ?? '?')} on ${guestLabel(guest)}?`,
      guest,
      facts,
      [
        roleWords(facts, values.roles),
        ...othersLines(guest, facts, sanitise(who || 'somebody'), values.roles),
        ...(who.includes('!')
          ? [say`A token with separated privileges may only do what its user may do as well.`]
          : []),
        ...(isCritical(guest) ? [say`The guest is tagged critical.`] : []),
      ],
    );
  },
  taskTypes: [],
  touches: ['detail'],
  run: async (guest, values, { site, signal }) => {
    const id = textOf(values.ugid);
    const role = textOf(values.roles);
    const changed = await site.access.changeAcl(
      {
        path: guestPath(guest.vmid),
        subject: subjectOf(id),
        id,
        role,
        propagate: values.propagate !== false,
      },
      { signal },
    );
    const named = fieldsNamed(changed, {
      role: 'roles',
      users: 'ugid',
      groups: 'ugid',
      tokens: 'ugid',
    });
    return taskOrDone(
      named,
      say`${sanitise(id)} has the role ${sanitise(role)} on ${guestLabel(guest)}`,
    );
  },
});
