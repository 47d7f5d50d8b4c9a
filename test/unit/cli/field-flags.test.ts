import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import test, { type TestContext } from 'node:test';
import type { Field } from '../../../source/actions/types.ts';
import { parseCommandLine } from '../../../source/cli/arguments.ts';
import { fieldFlag, readFieldFlags } from '../../../source/cli/field-flags.ts';
import type { Host } from '../../../source/cli/host.ts';

const field = (name: string, kind: Field<never>['kind']): Field<never> => ({
  name,
  kind,
  label: 'Label',
  help: 'What it is.',
});
const fields = [
  field('notes', 'lines'),
  field('cipassword', 'secret'),
  field('tags', 'many'),
  field('boot', 'order'),
  field('cores', 'integer'),
];

function host(env: Record<string, string> = {}, input?: string): Host {
  const stdin = Object.assign(Readable.from(input === undefined ? [] : [Buffer.from(input)]), {
    isTTY: input === undefined,
  });
  return { env, home: '/home/admin', stdin } as unknown as Host;
}

function file(t: TestContext, text: string, mode = 0o600): string {
  const directory = mkdtempSync(join(tmpdir(), 'flags-'));
  t.after(() => rmSync(directory, { recursive: true }));
  const path = join(directory, 'file');
  writeFileSync(path, text, { mode });
  return path;
}

async function read(given: Record<string, string | number>, on = host()) {
  return readFieldFlags(fields, given, on);
}
const problemOf = async (...given: Parameters<typeof read>) => {
  const result = await read(...given);
  assert.ok('problem' in result);
  return result.problem;
};
const valuesOf = async (...given: Parameters<typeof read>) => {
  const result = await read(...given);
  assert.ok('values' in result, 'problem' in result ? result.problem.what : '');
  return result.values;
};

test('the help of a flag says how its value is written', () => {
  assert.match(fieldFlag(fields[1] as Field<never>).help, /env:NAME, file:PATH or -/);
  assert.match(fieldFlag(fields[0] as Field<never>).help, /@FILE/);
  assert.equal(fieldFlag(fields[4] as Field<never>).kind, 'integer');
});

test('a text is itself, a file or standard input', async (t) => {
  assert.equal((await valuesOf({ notes: 'one\ntwo' })).notes, 'one\ntwo');
  const path = file(t, 'from\r\na file\n\n');
  assert.equal((await valuesOf({ notes: `@${path}` })).notes, 'from\na file');
  assert.equal((await valuesOf({ notes: '@-' }, host({}, 'piped\n'))).notes, 'piped');
  assert.equal((await valuesOf({ notes: '@@home' })).notes, '@home');
  assert.match((await problemOf({ notes: '@/does/not/exist' })).what, /cannot be read/);
  assert.match((await problemOf({ notes: '@-' })).what, /nothing is piped/);
});

test('a secret is read from where it is kept, never from the command line', async (t) => {
  assert.equal(
    (await valuesOf({ cipassword: 'env:PW' }, host({ PW: 'hunter2' }))).cipassword,
    'hunter2',
  );
  const path = file(t, 'from-file\n');
  assert.equal((await valuesOf({ cipassword: `file:${path}` })).cipassword, 'from-file');
  assert.equal((await valuesOf({ cipassword: '-' }, host({}, 'piped\n'))).cipassword, 'piped');
  const problem = await problemOf({ cipassword: 'hunter2' });
  assert.match(problem.what, /not accepted on the command line/);
  assert.ok(!JSON.stringify(problem).includes('hunter2'), 'it is not repeated');
  assert.match((await problemOf({ cipassword: 'env:NOT_SET' })).what, /is not set/);
  const open = file(t, 'x', 0o644);
  assert.match((await problemOf({ cipassword: `file:${open}` })).what, /others can read/);
});

test('standard input serves one flag', async () => {
  const both = { notes: '@-', cipassword: '-' };
  assert.match((await problemOf(both, host({}, 'text'))).what, /for one flag only/);
});

test('lists take commas and semicolons and keep their order; the rest is left alone', async () => {
  const values = await valuesOf({ tags: 'a, b;c,', boot: 'net0;scsi0', cores: 2 });
  assert.deepEqual(values, { tags: 'a;b;c', boot: 'net0;scsi0', cores: 2 });
});

test('a number that need not be there is emptied, one that is needed is not', () => {
  const memory = field('balloon', 'integer');
  const flags = [fieldFlag(memory), fieldFlag({ ...field('vmid', 'integer'), required: true })];
  assert.match(flags[0]?.help ?? '', /'' or none unsets it/);
  assert.doesNotMatch(flags[1]?.help ?? '', /unsets/);
  const parsed = (...argv: string[]) => {
    const result = parseCommandLine(argv, flags);
    return result.ok ? result.values : result.problem.what;
  };
  for (const given of [['--balloon', ''], ['--balloon='], ['--balloon', 'none']]) {
    assert.deepEqual(parsed(...given), { balloon: '' });
  }
  assert.deepEqual(parsed('--balloon', '0'), { balloon: 0 });
  assert.match(String(parsed('--balloon', 'much')), /must be a whole number/);
  assert.match(String(parsed('--vmid', '')), /must be a whole number/);
});
