// Every check of the project, in one command: npm test [-- --only SUITE] [--no-e2e] [--this-node-only] [PART-OF-A-FILE-NAME …]
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { missingPackages, packagesOf } from './debian-packages.mjs';
import { ltsMajor, ltsNode } from './lts-node.mjs';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
process.chdir(root);

const SUITE_LIMIT = 15 * 60_000;

/** In the order they run. `together`: all files in one process. `lts`: once more on the current LTS of Node. */
const suites = [
  { name: 'typecheck', command: ['node_modules/typescript/bin/tsc', '--noEmit'] },
  {
    name: 'lint',
    command: ['node_modules/@biomejs/biome/bin/biome', 'ci', '--error-on-warnings', '.'],
  },
  { name: 'build', command: ['scripts/build.mjs'] },
  { name: 'architecture', at: 'test/architecture.test.ts' },
  { name: 'unit', at: 'test/unit', together: true, lts: true },
  { name: 'contract', at: 'test/contract' },
  { name: 'docs', at: 'test/docs' },
  { name: 'cli', at: 'test/cli', built: true },
  { name: 'scenario', at: 'test/scenario', built: true, lts: true },
];

const usage = `npm test -- [options] [part of a test file's name …]
  --only SUITE       one of ${suites.map(({ name }) => name).join(', ')}; may be repeated
  --no-e2e           leave out the tests that need Debian packages
  --this-node-only   do not run on Node ${ltsMajor} as well
  --packages         print the Debian packages that are missing and stop
`;

function readArguments() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        only: { type: 'string', multiple: true, default: [] },
        'no-e2e': { type: 'boolean', default: false },
        'this-node-only': { type: 'boolean', default: false },
        packages: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
  } catch (error) {
    return fatal(`${error.message}\n${usage}`);
  }
}

const print = (text) => process.stdout.write(`${text}\n`);

function fatal(text) {
  process.stderr.write(`${text}\n`);
  process.exit(1);
}

function testFiles(at) {
  if (at.endsWith('.ts')) return existsSync(at) ? [at] : [];
  if (!existsSync(at)) return [];
  return readdirSync(at, { recursive: true })
    .filter((name) => /\.test\.tsx?$/.test(name))
    .map((name) => path.join(at, name))
    .sort();
}

/** Which suites run with which files, as the arguments ask. */
function choose(values, patterns) {
  const names = values.only.flatMap((each) => each.split(','));
  const unknown = names.find((name) => !suites.some((suite) => suite.name === name));
  if (unknown !== undefined) fatal(`There is no suite ${unknown}.\n${usage}`);
  const wanted = suites.filter(({ name }) => names.length === 0 || names.includes(name));
  const chosen = wanted.map((suite) => ({ ...suite, files: suite.at ? testFiles(suite.at) : [] }));
  if (patterns.length === 0) return withBuild(chosen);
  const fitting = chosen
    .map((suite) => ({
      ...suite,
      files: suite.files.filter((file) => patterns.some((part) => file.includes(part))),
    }))
    .filter(({ files }) => files.length > 0);
  if (fitting.length === 0) fatal(`No test file has ${patterns.join(' or ')} in its name.`);
  return withBuild(fitting);
}

/** A suite that starts the built command never runs against a build of yesterday. */
function withBuild(chosen) {
  if (!chosen.some(({ built }) => built) || chosen.some(({ name }) => name === 'build'))
    return chosen;
  return [
    ...suites.filter(({ name }) => name === 'build').map((suite) => ({ ...suite, files: [] })),
    ...chosen,
  ];
}

/** The tests see none of the user's own settings, files or secrets. */
function testEnvironment(home) {
  const env = { ...process.env };
  for (const key of Object.keys(env)) {
    if (/^(HOMELAB_TUI_(?!TEST_)|NODE_OPTIONS$|NODE_ENV$|NODE_TEST_CONTEXT$)/.test(key))
      delete env[key];
    if (/^(NO_COLOR|FORCE_COLOR|COLORTERM)$/.test(key)) delete env[key];
  }
  for (const kind of ['CONFIG', 'STATE', 'CACHE', 'DATA']) {
    env[`XDG_${kind}_HOME`] = path.join(home, kind.toLowerCase());
  }
  return env;
}

/** Runs a program to its end; its output is passed on, but for the reporter's line of totals. */
function run(node, args, env) {
  return new Promise((resolve) => {
    const child = spawn(node, args, { stdio: ['ignore', 'pipe', 'inherit'], env });
    let totals;
    let rest = '';
    const show = (line) => {
      if (line.startsWith('@totals ')) totals = JSON.parse(line.slice(8));
      else process.stdout.write(`${line}\n`);
    };
    child.stdout.setEncoding('utf8');
    child.stdout.on('data', (chunk) => {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      lines.forEach(show);
    });
    const timer = setTimeout(() => {
      print(`  FAILED: not at its end after ${SUITE_LIMIT / 60_000} min, stopped`);
      child.kill('SIGKILL');
    }, SUITE_LIMIT);
    child.on('error', (error) => print(`  ${error.message}`));
    child.on('close', (code) => {
      clearTimeout(timer);
      if (rest !== '') show(rest);
      resolve({ ok: code === 0, totals });
    });
  });
}

async function runSuite(suite, node, env) {
  const reporter = ['--test-reporter', './scripts/test-reporter.mjs'];
  const started = performance.now();
  let counts;
  if (suite.command) {
    const { ok } = await run(node, suite.command, env);
    counts = { passed: ok ? 1 : 0, failed: ok ? 0 : 1, skipped: 0 };
  } else if (suite.files.length === 0) {
    print(`  FAILED: there is not one test file in ${suite.at}`);
    counts = { passed: 0, failed: 1, skipped: 0 };
  } else {
    const how = suite.together
      ? ['scripts/run-in-one-process.mjs']
      : ['--test', `--test-concurrency=${Math.max(1, Math.min(4, availableParallelism() - 1))}`];
    const order = suite.together
      ? ['--import', 'tsx', ...reporter, ...how, ...suite.files]
      : ['--import', 'tsx', ...how, ...reporter, ...suite.files];
    const { ok, totals } = await run(node, order, env);
    counts = totals ?? { passed: 0, failed: 0, skipped: 0 };
    // A process that died, or that ran nothing, must not look like success.
    const silent = counts.failed === 0 && (!ok || counts.passed + counts.skipped === 0);
    if (silent) {
      print('  FAILED: the process ended without a result for every test');
      counts.failed += 1;
    }
  }
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  print(`${counts.failed > 0 ? '✗' : '✓'} ${suite.label}: ${summary(counts)} (${seconds} s)`);
  return counts;
}

function summary({ passed, failed, skipped }) {
  const tail = skipped > 0 ? `, ${skipped} skipped` : '';
  return `${passed} passed, ${failed} failed${tail}`;
}

/** Leaves out, or insists on, the files that need programs from Debian packages. */
function settlePackages(chosen, withoutE2e) {
  const e2e = chosen.flatMap(({ files }) => files).filter((file) => packagesOf(file).length > 0);
  if (withoutE2e) {
    if (e2e.length > 0) print(`Left out by --no-e2e: ${e2e.join(', ')}`);
    return chosen.map((suite) => ({
      ...suite,
      files: suite.files.filter((file) => !e2e.includes(file)),
    }));
  }
  const missing = missingPackages(e2e.flatMap(packagesOf));
  if (missing.length === 0) return chosen;
  return fatal(
    `The end-to-end tests need programs that are not installed here:\n` +
      `  apt-get install -y --no-install-recommends ${missing.join(' ')}\n` +
      `Or leave these tests out: npm test -- --no-e2e`,
  );
}

async function main() {
  const { values, positionals } = readArguments();
  if (values.help) return print(usage.trimEnd());
  let chosen = choose(values, positionals);
  if (values.packages) {
    const needed = chosen.flatMap(({ files }) => files).flatMap(packagesOf);
    for (const name of missingPackages(needed)) print(name);
    return undefined;
  }
  chosen = settlePackages(chosen, values['no-e2e']);
  const rounds = chosen.map((suite) => ({
    ...suite,
    node: process.execPath,
    label: `${suite.name} on Node ${process.versions.node}`,
  }));
  const machineIsLts = Number(process.versions.node.split('.')[0]) === ltsMajor;
  const again = chosen.filter(({ lts }) => lts);
  if (again.length > 0 && !values['this-node-only'] && !machineIsLts) {
    const node = ltsNode();
    if (node.problem) {
      fatal(`${node.problem}\nTo test on this Node only: npm test -- --this-node-only`);
    }
    for (const suite of again) {
      rounds.push({ ...suite, node: node.path, label: `${suite.name} on Node ${ltsMajor}` });
    }
  } else if (again.length > 0 && !machineIsLts) {
    print(`Left out by --this-node-only: ${again.map(({ name }) => name)} on Node ${ltsMajor}`);
  }
  const home = mkdtempSync(path.join(tmpdir(), 'homelab-tui-npm-test-'));
  const totals = { passed: 0, failed: 0, skipped: 0 };
  let built = true;
  for (const suite of rounds) {
    let counts = { passed: 0, failed: 1, skipped: 0 };
    if (suite.built && !built) print(`✗ ${suite.label}: not run, the build failed`);
    else counts = await runSuite(suite, suite.node, testEnvironment(home));
    if (suite.name === 'build') built = counts.failed === 0;
    for (const key of Object.keys(totals)) totals[key] += counts[key];
  }
  rmSync(home, { recursive: true, force: true });
  print(`\n${summary(totals)}`);
  process.exitCode = totals.failed > 0 ? 1 : 0;
  return undefined;
}

await main();
