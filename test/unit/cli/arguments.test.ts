import assert from 'node:assert/strict';
import test from 'node:test';
import { commandWords, parseCommandLine } from '../../../source/cli/arguments.ts';
import { type Flag, globalFlags, globalOptions, themeChoices } from '../../../source/cli/flags.ts';
import { themeNames } from '../../../source/components/theme.ts';

const own: readonly Flag[] = [
  { name: 'snapname', kind: 'text', help: '' },
  { name: 'vmstate', kind: 'boolean', negatable: true, help: '' },
  { name: 'timeout', kind: 'integer', help: '' },
];

function problemOf(argv: readonly string[], flags: readonly Flag[] = []): string {
  const parsed = parseCommandLine(argv, flags);
  return parsed.ok
    ? 'none'
    : `${parsed.problem.where}: ${parsed.problem.what} · ${parsed.problem.next}`;
}

test('the command is the words before the first flag of its own', () => {
  assert.deepEqual(
    commandWords(['--demo', '--site', 'home', 'guest', 'snapshot', '101', '--snapname', 'x']),
    ['guest', 'snapshot', '101'],
  );
  assert.deepEqual(commandWords(['--no-mouse', '--json', 'status']), ['status']);
  assert.deepEqual(commandWords(['--unknown', 'status']), []);
  assert.deepEqual(commandWords(['--theme=light']), []);
});

test('flags of the command and global ones, in any order and both spellings', () => {
  const parsed = parseCommandLine(
    [
      'guest',
      'snapshot',
      '101',
      '--json',
      '--snapname=pre-update',
      '--no-vmstate',
      '--timeout',
      '30',
      '--config',
      '/x',
    ],
    own,
  );
  assert.ok(parsed.ok);
  assert.deepEqual(parsed.positionals, ['guest', 'snapshot', '101']);
  assert.deepEqual(
    { ...parsed.values },
    { json: true, snapname: 'pre-update', vmstate: false, timeout: 30, config: '/x' },
  );
  const global = globalOptions(parsed.values, own);
  assert.equal(global.json, true);
  assert.equal(global.config, '/x');
  assert.equal(global.timeout, undefined, 'the action has its own timeout');
});

test('global options are decoded', () => {
  const parsed = parseCommandLine(
    [
      '--scenario',
      'node-down',
      '--read-only',
      '--timeout',
      '2.5',
      '--no-mouse',
      '--theme',
      'light',
      '-h',
    ],
    [],
  );
  assert.ok(parsed.ok);
  const global = globalOptions(parsed.values);
  assert.equal(global.demo, true, 'a scenario is one of the demo');
  assert.equal(global.scenario, 'node-down');
  assert.equal(global.readOnly, true);
  assert.equal(global.timeout, 2500);
  assert.equal(global.mouse, false);
  assert.equal(global.theme, 'light');
  assert.equal(global.help, true);
  assert.equal(globalOptions({}).mouse, undefined);
});

test('everything after -- is an argument', () => {
  const parsed = parseCommandLine(['guest', 'start', '--', '--json'], own);
  assert.ok(parsed.ok);
  assert.deepEqual(parsed.positionals, ['guest', 'start', '--json']);
});

test('a value may start with a dash when it is written with =', () => {
  const parsed = parseCommandLine(['--snapname=-x', '--site=--y'], own);
  assert.ok(parsed.ok);
  assert.equal(parsed.values.snapname, '-x');
});

const wrong: readonly (readonly [readonly string[], RegExp])[] = [
  [['--jsn'], /^--jsn: there is no such flag here · did you mean --json\?/],
  [['--snapnam', 'x'], /^--snapnam: there is no such flag here · did you mean --snapname\?/],
  [['--xyzzy=geheim'], /^--xyzzy: there is no such flag here · see --help/],
  [['-x'], /^-x: there is no such flag here/],
  [['--json=yes'], /^--json: this flag takes no value/],
  [['--json', '--json'], /^--json: this flag is given twice/],
  [['--vmstate', '--no-vmstate'], /^--no-vmstate: this flag is given twice/],
  [['--site'], /^--site: this flag needs a value · write --site ID/],
  [['--site', '--json'], /^--site: this flag needs a value/],
  [['--site='], /^--site: the value is empty/],
  [['--theme', 'neon'], /^--theme: this is none of the choices · use dark/],
  [['--timeout', '1.5'], /^--timeout: the value must be a whole number/],
  [['--timeout', 'soon'], /^--timeout: the value must be a whole number/],
];
for (const [argv, expected] of wrong) {
  test(`wrong: ${argv.join(' ')}`, () => {
    const said = problemOf(argv, own);
    assert.match(said, expected);
    assert.doesNotMatch(said, /geheim/);
  });
}

for (const value of ['-5', '0', 'NaN', 'Infinity', '1e99', '', ' ']) {
  test(`--timeout ${JSON.stringify(value)} is refused`, () => {
    assert.match(
      problemOf(['--timeout', value]),
      /^--timeout: the value must be a number from 0\.1 to 86400/,
    );
  });
}

for (const name of [
  '--token',
  '--password',
  '--secret',
  '--api-token',
  '--otp',
  '--token=root@pam!x=geheim',
]) {
  test(`${name.split('=')[0]} with a secret is refused and not repeated`, () => {
    const said = problemOf([name, 'geheim']);
    assert.match(said, /secrets are not accepted on the command line/);
    assert.match(said, /env:NAME, file:PATH/);
    assert.doesNotMatch(said, /geheim/);
  });
}

test('flag names are unique, and the themes are those that exist', () => {
  const names = globalFlags.map((flag) => flag.name);
  assert.equal(new Set(names).size, names.length);
  assert.deepEqual(themeChoices, themeNames);
});
