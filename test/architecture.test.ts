import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, normalize, relative } from 'node:path';
import test from 'node:test';

const root = join(import.meta.dirname, '..');
const ignored = new Set(['node_modules', 'dist', '.git', '.cache', 'coverage']);

/** Every file of the project below a folder, as paths from its root with `/`. */
function files(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (ignored.has(entry.name)) return [];
    if (entry.isDirectory()) return files(path);
    return entry.isFile() ? [path] : [];
  });
}

const read = (path: string) => readFileSync(join(root, path), 'utf8');
const code = (paths: readonly string[]) =>
  paths.filter((path) => /\.(ts|tsx|mjs|cjs|js)$/.test(path));
const source = code(files('source'));

interface Import {
  readonly from: string;
  /** As written: `../domain/guest.ts`, `node:fs`, `ink`. */
  readonly specifier: string;
  /** For a local one: the path from the project's root. */
  readonly target: string | undefined;
  /** Leaves nothing in the output. */
  readonly typeOnly: boolean;
  readonly lazy: boolean;
  readonly names: string;
}

const STATIC = /^\s*(?:import|export)\s+(type\s+)?([^'";]*?)\s*from\s*'([^']+)'/gm;
const BARE = /^\s*import\s*'([^']+)'/gm;
const LAZY = /(typeof\s+)?\bimport\(\s*'([^']+)'\s*\)/g;

/** The imports of a text, comments left out. */
function importsOf(from: string): Import[] {
  const text = read(from).replace(/\/\*[\s\S]*?\*\//g, '');
  const make = (specifier: string, typeOnly: boolean, lazy: boolean, names = ''): Import => {
    const local = specifier.startsWith('.');
    const target = local ? normalize(join(dirname(from), specifier)) : undefined;
    return { from, specifier, target, typeOnly, lazy, names };
  };
  const onlyTypes = (names: string) => {
    const each = /^\{([\s\S]*)\}$/.exec(names.trim())?.[1]?.split(',') ?? [];
    const real = each.map((name) => name.trim()).filter((name) => name !== '');
    return real.length > 0 && real.every((name) => name.startsWith('type '));
  };
  return [
    ...[...text.matchAll(STATIC)].map(([, type, names = '', specifier = '']) =>
      make(specifier, type !== undefined || onlyTypes(names), false, names),
    ),
    ...[...text.matchAll(BARE)].map(([, specifier = '']) => make(specifier, false, false)),
    ...[...text.matchAll(LAZY)].map(([, type, specifier = '']) =>
      make(specifier, type !== undefined, type === undefined),
    ),
  ];
}

const imports = source.flatMap(importsOf);
const folderOf = (path: string) => path.split('/')[1] ?? '';

interface Rule {
  /** Folders of source/ whose values may be imported, besides its own. */
  readonly values: readonly string[];
  /** Folders whose types may be imported. */
  readonly types?: readonly string[];
  /** Packages; undefined = any. */
  readonly packages?: readonly string[];
  /** May it import Node's own modules? */
  readonly node: boolean;
}

const ui = ['ink', 'react', 'chalk', 'string-width'];
const inner = ['domain', 'services', 'store', 'actions', 'components', 'views', 'config'];
const rules: Readonly<Record<string, Rule>> = {
  domain: { values: [], packages: [], node: false },
  services: { values: ['domain'], node: true },
  config: { values: ['domain'], types: ['services', 'store', 'actions'], node: true },
  store: { values: ['domain', 'services'], node: true },
  actions: { values: ['domain'], types: ['services'], packages: [], node: false },
  components: {
    values: ['domain'],
    packages: [...ui, 'ink-select-input', 'fuzzysort'],
    node: false,
  },
  views: {
    values: ['domain', 'components'],
    types: ['actions'],
    packages: ui,
    node: false,
  },
  demo: { values: ['domain'], node: true },
  app: { values: inner, node: true },
  cli: { values: [...inner, 'app', 'demo'], node: true },
};

const said = ({ from, specifier }: Import) => `${from} imports ${specifier}`;

test('every folder of source has a rule', () => {
  const unknown = source.filter((path) => rules[folderOf(path)] === undefined);
  assert.deepEqual(unknown, []);
  assert.ok(imports.length > 100, 'the imports are found');
});

test('folders import only what they may', () => {
  const wrong = imports.filter(({ from, target, typeOnly }) => {
    if (target === undefined) return false;
    const rule = rules[folderOf(from)];
    const to = target.startsWith('source/') ? folderOf(target) : target;
    if (rule === undefined || to === folderOf(from) || rule.values.includes(to)) return false;
    return !(typeOnly && rule.types?.includes(to));
  });
  assert.deepEqual(wrong.map(said), []);
});

test('packages and Node modules are imported only where they may be', () => {
  const wrong = imports.filter(({ from, target, specifier, typeOnly }) => {
    const rule = rules[folderOf(from)];
    if (target !== undefined || rule === undefined || typeOnly) return false;
    if (specifier.startsWith('node:')) return !rule.node;
    return rule.packages !== undefined && !rule.packages.includes(specifier);
  });
  assert.deepEqual(wrong.map(said), []);
});

test("Node's modules carry the prefix node:, local files their real extension", () => {
  const builtin =
    /^(fs|path|os|net|tls|http|https|crypto|events|url|util|stream|child_process)(\/|$)/;
  const wrong = imports.filter(
    ({ specifier, target }) =>
      builtin.test(specifier) || (target !== undefined && !existsSync(join(root, target))),
  );
  assert.deepEqual(wrong.map(said), []);
});

test('proxmox-api is imported for its types only', () => {
  const wrong = imports.filter(
    ({ specifier, typeOnly }) => specifier.startsWith('proxmox-api') && !typeOnly,
  );
  assert.deepEqual(wrong.map(said), []);
});

test('CommonJS packages are loaded later by their default export', () => {
  // In the bundle, import() of a CommonJS package has `default` and nothing else; in the sources it has all names.
  const commonJs = (name: string) => {
    const manifest = JSON.parse(read(`node_modules/${name}/package.json`)) as { type?: string };
    return manifest.type !== 'module';
  };
  const wrong = imports.filter(
    ({ lazy, target, from, specifier }) =>
      lazy &&
      target === undefined &&
      !specifier.startsWith('node:') &&
      commonJs(specifier) &&
      !new RegExp(`import\\('${specifier}'\\)\\)\\.default`).test(read(from)),
  );
  assert.deepEqual(wrong.map(said), []);
});

test('the first frame waits for no action, no service and no package but those it draws with', () => {
  const reached = new Set<string>();
  const visit = (file: string) => {
    if (reached.has(file)) return;
    reached.add(file);
    for (const { from, target, typeOnly, lazy } of imports) {
      if (from === file && target !== undefined && !typeOnly && !lazy) visit(target);
    }
  };
  for (const file of ['source/cli/main.ts', 'source/cli/start.ts', 'source/app/first-frame.ts']) {
    visit(file);
  }
  assert.ok(reached.has('source/app/model/hints.ts'));
  const late = [...reached].filter((file) => /^source\/(services|demo)\//.test(file));
  assert.deepEqual(late, []);
  assert.ok(!reached.has('source/actions/registry.ts'));
  const packages = imports
    .filter(({ from, typeOnly, lazy }) => reached.has(from) && !typeOnly && !lazy)
    .map(({ specifier }) => specifier)
    .filter((specifier) => !/^(\.|node:)/.test(specifier));
  assert.deepEqual([...new Set(packages)].sort(), ['chalk', 'string-width', 'zustand/vanilla']);
});

test('there is one useInput, in the key router', () => {
  const users = source.filter((path) => /\buseInput\b/.test(read(path)));
  assert.ok(users.length > 0, 'the key router is found');
  assert.deepEqual(
    users.filter((path) => !path.startsWith('source/app/key-router')),
    [],
  );
});

test("Ink's Text is used by components only, which take nothing but safe text", () => {
  const wrong = imports.filter(
    ({ from, specifier, names }) =>
      specifier === 'ink' && /\bText\b/.test(names) && folderOf(from) !== 'components',
  );
  assert.deepEqual(wrong.map(said), []);
});

test('no module has a default export', () => {
  const wrong = source.filter((path) =>
    /^\s*export\s+(default\b|\{[^}]*\bas default\b)/m.test(read(path)),
  );
  assert.deepEqual(wrong, []);
});

test('no file of source is longer than 300 lines, no test longer than 500', () => {
  const lines = (path: string) => read(path).trimEnd().split('\n').length;
  const long = [
    ...source.filter((path) => lines(path) > 300),
    ...code(files('test')).filter((path) => lines(path) > 500),
  ];
  assert.deepEqual(
    long.map((path) => `${path}: ${lines(path)}`),
    [],
  );
});

test('files are named in kebab-case, and for what is in them', () => {
  const wrong = [...source, ...code(files('test'))].filter((path) => {
    const name = basename(path).replace(/(\.test)?\.(tsx?|mjs)$/, '');
    return !/^[a-z0-9]+(-[a-z0-9]+)*$/.test(name) || /^(utils?|helpers?|misc|common)$/.test(name);
  });
  assert.deepEqual(wrong, []);
});

test('nothing is left for later, and no test is left out or alone', () => {
  const later = new RegExp(`\\b(${'TO'}${'DO'}|${'FIX'}${'ME'}|${'XX'}${'X'})\\b`);
  const alone = /\b(test|it|describe)\.(skip|only|todo)\b/;
  const wrong = code(files('')).filter((path) => {
    const text = read(path);
    return later.test(text) || alone.test(text);
  });
  assert.deepEqual(wrong, []);
});

test('no path of the machine it was made on', () => {
  const machine = new RegExp(`(^|[^\\w.])/(${'wor'}k|${'far'}m)/`, 'm');
  const binary = /\.(png|gif|jpg|ico|tgz)$/;
  const wrong = files('').filter((path) => !binary.test(path) && machine.test(read(path)));
  assert.deepEqual(wrong, []);
});

test('the lock file names no download address', () => {
  const lock = read('package-lock.json');
  assert.doesNotMatch(lock, /"resolved"/);
  assert.doesNotMatch(lock, /registry\./);
  assert.match(lock, /"integrity"/);
});

test('the published package has no runtime dependency and no install script', () => {
  const manifest = JSON.parse(read('package.json')) as Record<string, Record<string, unknown>>;
  assert.equal(manifest.dependencies, undefined);
  const hooks = ['preinstall', 'install', 'postinstall'];
  assert.deepEqual(
    hooks.filter((hook) => manifest.scripts?.[hook] !== undefined),
    [],
  );
  assert.equal(
    relative(root, join(root, 'bin/homelab-tui.js')),
    Object.values(manifest.bin ?? {})[0],
  );
});
