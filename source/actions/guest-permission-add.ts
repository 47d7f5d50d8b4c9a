import { guestPath } from '../domain/acl.ts';
import { sanitise, say } from '../domain/safe-text.ts';
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
import { type Choice, defineAction, type Facts } from './types.ts';

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
        say`On this guest it takes the place of roles that ${sanitise(who || 'somebody')} inherits from above.`,
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
