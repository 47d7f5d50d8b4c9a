import assert from 'node:assert/strict';
import test from 'node:test';
import { execute } from '../../../source/actions/execute.ts';
import {
  fieldProblems,
  followValues,
  initialValues,
  shownFields,
  shownValues,
  withoutFollowers,
} from '../../../source/actions/fields.ts';
import { movePick, picksOf, togglePick } from '../../../source/actions/picks.ts';
import { type Choice, defineAction, type Field } from '../../../source/actions/types.ts';
import type { Guest } from '../../../source/domain/guest.ts';
import { ok } from '../../../source/domain/result.ts';
import { environment, facts, fakeSite, guest, options, prepared, safe } from './fakes.ts';

const choice = (value: string): Choice => ({ value, label: safe(value) });

/** An action with these fields and nothing else of interest. */
function formOf(...fields: readonly Partial<Field<Guest>>[]) {
  return defineAction<'guest'>({
    id: 'guest.form',
    scope: 'guest',
    key: '',
    title: 'Form',
    summary: 'A form.',
    effect: 'change',
    needs: [],
    batch: false,
    fields: fields.map(
      (field, index): Field<Guest> => ({
        name: `field${index}`,
        label: 'Label',
        help: 'Help.',
        kind: 'text',
        ...field,
      }),
    ),
    privileges: () => [],
    available: () => ({ state: 'yes' }),
    confirm: () => ({ level: 1, question: safe('Do it?'), lines: [] }),
    taskTypes: [],
    touches: [],
    run: async () => ok({ kind: 'done', message: safe('done') }),
  });
}

const names = (fields: readonly { readonly name: string }[]) => fields.map(({ name }) => name);

/** A node, then what is on it, then a detail of that. */
const chain = formOf(
  {
    name: 'node',
    kind: 'choice',
    choices: () => ['pve1', 'pve2'].map(choice),
    initial: () => 'pve1',
  },
  {
    name: 'bridge',
    kind: 'choice',
    choices: (_guest, _facts, values) =>
      (values.node === 'pve1' ? ['vmbr0', 'vmbr1'] : ['vmbr1', 'vmbr9']).map(choice),
    initial: () => 'vmbr0',
  },
  { name: 'vlan', kind: 'boolean', initial: () => false },
  {
    name: 'tag',
    kind: 'integer',
    initial: () => 10,
    applies: (_guest, _facts, values) => values.vlan === true,
  },
  {
    name: 'trunk',
    applies: (_guest, _facts, values) => values.tag !== undefined,
    initial: () => 'all',
  },
);

test('a form begins with the fields that apply to what it begins with', () => {
  assert.deepEqual(initialValues(chain, guest(), facts()), {
    node: 'pve1',
    bridge: 'vmbr0',
    vlan: false,
  });
});

test('fields appear with their initial value, vanish, and come back with what was typed', () => {
  const start = initialValues(chain, guest(), facts());
  const on = followValues(chain, guest(), facts(), { ...start, vlan: true });
  assert.equal(on.tag, 10);
  assert.equal(on.trunk, 'all', 'what depends on a field that appeared appears with it');
  const off = followValues(chain, guest(), facts(), { ...on, tag: 20, vlan: false });
  assert.deepEqual(names(shownFields(chain, guest(), facts(), off)), ['node', 'bridge', 'vlan']);
  assert.deepEqual(shownValues(chain, guest(), facts(), off), {
    node: 'pve1',
    bridge: 'vmbr0',
    vlan: false,
  });
  assert.equal(followValues(chain, guest(), facts(), { ...off, vlan: true }).tag, 20);
});

test('a choice that is not offered any more falls back to one that is', () => {
  const start = initialValues(chain, guest(), facts());
  const same = followValues(chain, guest(), facts(), { ...start, bridge: 'vmbr1', node: 'pve2' });
  assert.equal(same.bridge, 'vmbr1', 'one that both have stays');
  const other = followValues(chain, guest(), facts(), { ...start, node: 'pve2' });
  assert.equal(other.bridge, 'vmbr1', 'the initial one is not there either: the first');
});

test('what follows another field starts anew when that one changes', () => {
  const action = formOf(
    { name: 'net', kind: 'choice', choices: () => ['net0', 'net1'].map(choice) },
    {
      name: 'tag',
      kind: 'integer',
      follows: 'net',
      initial: (_guest, _facts, values) => (values.net === 'net1' ? 20 : 10),
    },
  );
  const start = followValues(action, guest(), facts(), { net: 'net0' });
  assert.equal(start.tag, 10);
  const cut = withoutFollowers(action, { ...start, tag: 99 }, 'net');
  assert.deepEqual(cut, { values: { net: 'net0' }, dropped: ['tag'] });
  assert.equal(followValues(action, guest(), facts(), { ...cut.values, net: 'net1' }).tag, 20);
});

test('picks: joined, each once, in their order, and only what is offered', () => {
  assert.deepEqual(picksOf('a;b;;c'), ['a', 'b', 'c']);
  assert.equal(togglePick('a;b', 'c'), 'a;b;c');
  assert.equal(togglePick('a;b;c', 'b'), 'a;c');
  assert.equal(movePick('a;b;c', 'c', -1), 'a;c;b');
  assert.equal(movePick('a;b;c', 'a', -1), 'a;b;c', 'the first stays the first');
  const action = formOf({ name: 'boot', kind: 'order', choices: () => ['a', 'b'].map(choice) });
  assert.equal(followValues(action, guest(), facts(), { boot: 'b;gone;a' }).boot, 'b;a');
});

test('a value that is none of the choices is refused, unless it may be typed', () => {
  const list = { name: 'storage', kind: 'choice', choices: () => ['local', 'tank'].map(choice) };
  const strict = formOf(list as Partial<Field<Guest>>);
  const problem = (action: ReturnType<typeof formOf>, value: string) =>
    fieldProblems(action, { storage: value }, guest(), facts()).storage;
  assert.equal(problem(strict, 'nfs'), 'nfs is not one of: local, tank');
  assert.equal(problem(strict, 'tank'), undefined);
  const free = formOf({ ...list, free: true } as Partial<Field<Guest>>);
  assert.equal(problem(free, 'nfs'), undefined);
  // What could not be read is typed freely.
  const unknown = formOf({ ...list, choices: () => [] } as Partial<Field<Guest>>);
  assert.equal(problem(unknown, 'nfs'), undefined);
  const many = formOf({ ...list, kind: 'many' } as Partial<Field<Guest>>);
  assert.equal(problem(many, 'tank;local'), undefined);
  assert.match(problem(many, 'tank;nfs') ?? '', /^nfs is not one of/);
});

test('problems know the other values, and a field that does not apply takes none', () => {
  const action = formOf(
    { name: 'memory', kind: 'integer' },
    {
      name: 'balloon',
      kind: 'integer',
      applies: (_guest, _facts, values) => values.memory !== undefined,
      problem: (value, _guest, _facts, values) =>
        Number(value) > Number(values.memory) ? 'more than the memory' : undefined,
    },
  );
  const problems = (values: Record<string, number>) =>
    fieldProblems(action, values, guest(), facts());
  assert.deepEqual(problems({ memory: 512, balloon: 256 }), {});
  assert.deepEqual(problems({ memory: 512, balloon: 1024 }), { balloon: 'more than the memory' });
  assert.deepEqual(problems({ balloon: 256 }), { balloon: 'does not apply to this target' });
});

test('the audit log learns that a secret was given, and not which', async () => {
  const action = formOf({ name: 'secret', kind: 'secret' }, { name: 'user' });
  const seen: unknown[] = [];
  const { environment: made } = environment(fakeSite(), {
    audit: {
      intent: async (entry) => {
        seen.push(entry.parameters);
        return ok('intent');
      },
      result: async (_id, entry) => {
        seen.push(entry);
      },
    },
  });
  const values = { secret: 'hunter2-hunter2', user: 'admin' };
  await execute(prepared(action, guest()), values, { yes: true }, made, options().options);
  assert.deepEqual(seen[0], { secret: '‹hidden›', user: 'admin' });
  assert.ok(!JSON.stringify(seen).includes('hunter2'));
});
