import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { appendFileSync, cpSync, existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { generated, outdated, wanted } from '../../scripts/docs.ts';
import { findAction } from '../../source/actions/registry.ts';
import { commandWords, parseCommandLine } from '../../source/cli/arguments.ts';
import { findCommand } from '../../source/cli/commands.ts';
import { parseHomelab } from '../../source/config/homelab-file.ts';
import { tempDir } from '../support/temp.ts';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const read = (file: string) => readFileSync(path.join(root, file), 'utf8');

/** Every page of the project, relative to its root. */
const pages = [
  'README.md',
  'CHANGELOG.md',
  ...readdirSync(path.join(root, 'docs'), { recursive: true })
    .map(String)
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name.split(path.sep).join('/')}`),
];

/** The insides of fenced blocks of one language. */
function blocks(page: string, language: string): string[] {
  const fence = new RegExp(`^ *\`\`\`${language}\\n([\\s\\S]*?)^ *\`\`\``, 'gm');
  return [...read(page).matchAll(fence)].map((match) => match[1] ?? '');
}

test('what is generated is up to date', () => {
  const done = spawnSync(process.execPath, ['--import', 'tsx', 'scripts/docs.ts', '--check'], {
    cwd: root,
    encoding: 'utf8',
  });
  assert.equal(done.stdout, '');
  assert.equal(done.status, 0, done.stderr);
});

test('a page that differs is named, and written again on request', (t) => {
  const folder = tempDir(t, 'docs');
  cpSync(path.join(root, 'README.md'), path.join(folder, 'README.md'));
  cpSync(path.join(root, 'docs'), path.join(folder, 'docs'), { recursive: true });
  outdated(folder, true);
  assert.deepEqual(outdated(folder, false), []);
  appendFileSync(path.join(folder, 'docs/keys.md'), 'One more line.\n');
  rmSync(path.join(folder, 'docs/cli.md'));
  assert.deepEqual(outdated(folder, false), ['docs/keys.md', 'docs/cli.md']);
  assert.deepEqual(outdated(folder, true), ['docs/keys.md', 'docs/cli.md']);
  assert.deepEqual(outdated(folder, false), []);
});

test('only the part between the markers is replaced, and a lost marker is an error', () => {
  const page = { file: 'X.md', part: 'keys', text: 'new' };
  const now = 'above\n<!-- keys:begin -->\nold\n<!-- keys:end -->\nbelow\n';
  assert.equal(
    wanted(page, now),
    'above\n<!-- keys:begin -->\n\nnew\n\n<!-- keys:end -->\nbelow\n',
  );
  assert.throws(() => wanted(page, 'no markers'), /X\.md has no <!-- keys:begin -->/);
});

test('the generated pages are those the project promises', () => {
  const files = generated().map((page) => page.file);
  for (const file of ['README.md', 'docs/keys.md', 'docs/cli.md', 'docs/privileges.md']) {
    assert.ok(files.includes(file), file);
  }
});

/** The anchors GitHub gives the headings of a page. */
function anchors(page: string): Set<string> {
  const headings = [...read(page).matchAll(/^#+ (.+)$/gm)].map((match) => match[1] ?? '');
  return new Set(
    headings.map((heading) =>
      heading
        .toLowerCase()
        .replace(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}

for (const page of pages) {
  test(`${page}: every link leads somewhere`, () => {
    const links = [...read(page).matchAll(/\]\(([^)\s]+)\)/g)].map((match) => match[1] ?? '');
    for (const link of links) {
      if (/^https?:/.test(link)) continue;
      const [file = '', anchor] = link.split('#');
      const target = file === '' ? page : path.posix.join(path.posix.dirname(page), file);
      assert.ok(
        existsSync(path.join(root, target)),
        `${page} links to ${link}, which is not there`,
      );
      if (anchor) assert.ok(anchors(target).has(anchor), `${link} has no such heading`);
    }
  });
}

test('every YAML example of a whole file is a right configuration', () => {
  const examples = ['README.md', 'docs/configuration.md']
    .flatMap((page) => blocks(page, 'yaml'))
    .filter((text) => text.includes('sites:'));
  assert.ok(examples.length >= 2);
  for (const text of examples) {
    const whole = text.replaceAll('AA:BB:…', Array(32).fill('AB').join(':'));
    const parsed = parseHomelab(whole, { home: '/home/x', directory: '/home/x/.config' });
    assert.deepEqual(parsed.ok ? [] : parsed.problems, []);
  }
});

test('the configuration in the README has six lines', () => {
  const [example = ''] = blocks('README.md', 'yaml');
  assert.equal(example.trim().split('\n').length, 6);
});

/** Words of a shell line; single quotes only, as the examples have them. */
function words(line: string): string[] {
  return [...line.matchAll(/'([^']*)'|(\S+)/g)].map((match) => match[1] ?? match[2] ?? '');
}

test('every command in the examples exists with these flags', async () => {
  let checked = 0;
  for (const page of pages) {
    for (const line of blocks(page, 'sh').flatMap((text) => text.split('\n'))) {
      const [, rest] = /(?:^|\s)homelab-tui((?: [^|#&]*)?)(?:$|[|#&])/.exec(line.trim()) ?? [];
      if (rest === undefined) continue;
      const argv = words(rest);
      const names = commandWords(argv);
      const command = await findCommand(names);
      assert.ok(command || names.length === 0, `${page}: ${line}`);
      const parsed = parseCommandLine(argv, command?.flags ?? []);
      assert.ok(parsed.ok, `${page}: ${line}: ${parsed.ok ? '' : parsed.problem.what}`);
      checked += 1;
    }
  }
  assert.ok(checked >= 8, `only ${checked} commands found`);
});

test('every action that a page names exists', () => {
  for (const page of pages.filter((each) => each !== 'docs/cli.md')) {
    for (const [id] of read(page).matchAll(/\b(?:guest|node|service|task)\.(?!png\b)[a-z-]+\b/g)) {
      assert.ok(findAction(id), `${page} names ${id}`);
    }
  }
});

test('every script that a page names is in package.json', () => {
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
  for (const page of pages) {
    for (const [, name = ''] of read(page).matchAll(/npm run ([a-z:]+)/g)) {
      assert.ok(name in scripts, `${page} names npm run ${name}`);
    }
  }
});

test('the decision on the named packages has the versions that are installed', () => {
  const { devDependencies } = JSON.parse(read('package.json')) as {
    devDependencies: Record<string, string>;
  };
  const rows = [
    ...read('docs/decisions/0005-named-packages.md').matchAll(/^\| ([a-z0-9-]+) +\| ([^ ]+)/gm),
  ];
  const named = new Map(rows.map((row) => [row[1] ?? '', row[2] ?? '']));
  for (const name of [
    'ink',
    'react',
    'ink-select-input',
    'ssh2',
    'proxmox-api',
    'conf',
    'chalk',
    'ink-testing-library',
  ]) {
    assert.equal(named.get(name), devDependencies[name], name);
  }
  assert.ok(named.has('ink-table') && !('ink-table' in devDependencies));
});

test('the package has no dependencies and pins what it is built with', () => {
  const manifest = JSON.parse(read('package.json')) as Record<string, Record<string, string>>;
  assert.equal(manifest.dependencies, undefined);
  for (const [name, version] of Object.entries(manifest.devDependencies ?? {})) {
    assert.match(version, /^\d+\.\d+\.\d+$/, name);
  }
});

test('the lock file names no registry of its own', () => {
  assert.doesNotMatch(read('package-lock.json'), /"resolved"/);
});
