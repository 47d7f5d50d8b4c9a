// Writes the pages that are made from the program's own declarations, so that they cannot drift from it.
// node --import tsx scripts/docs.ts [--check]     --check writes nothing and exits with 1 when a page is not up to date.
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { actions } from '../source/actions/registry.ts';
import { actionCommands } from '../source/cli/action-commands.ts';
import { plainCommands } from '../source/cli/commands.ts';
import { scenarios } from '../source/demo/scenarios.ts';
import { cliPage } from './docs/cli-page.ts';
import { keysPage, readmeKeys } from './docs/keys-page.ts';
import { table } from './docs/markdown.ts';
import { privilegeTable } from './docs/privilege-table.ts';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const notice = '<!-- Made by scripts/docs.ts. Change the program, then run: npm run docs -->';

/** A page, or the part of a page between its markers, with what belongs there. */
interface Generated {
  readonly file: string;
  /** Name of the markers `<!-- NAME:begin -->` and `<!-- NAME:end -->`; absent = the whole file. */
  readonly part?: string;
  readonly text: string;
}

/** Everything that is generated, as it should be now. */
export function generated(): readonly Generated[] {
  const commands = [...plainCommands, ...actionCommands()];
  return [
    { file: 'docs/keys.md', text: `${notice}\n\n${keysPage(actions)}` },
    { file: 'docs/cli.md', text: `${notice}\n\n${cliPage(commands)}` },
    { file: 'docs/privileges.md', part: 'privileges', text: privilegeTable(actions) },
    { file: 'docs/demo.md', part: 'scenarios', text: scenarioTable() },
    { file: 'README.md', part: 'keys', text: readmeKeys(actions) },
  ];
}

function scenarioTable(): string {
  const rows = Object.entries(scenarios).map(([name, { summary }]) => [`\`${name}\``, summary]);
  return table(['name', 'homelab'], rows);
}

/** The whole file as it should be; a marker that is missing is an error. */
export function wanted(page: Generated, now: string | undefined): string {
  if (page.part === undefined) return `${page.text.trimEnd()}\n`;
  const begin = `<!-- ${page.part}:begin -->`;
  const end = `<!-- ${page.part}:end -->`;
  const [head, rest] = (now ?? '').split(begin);
  const [, tail] = (rest ?? '').split(end);
  if (head === undefined || tail === undefined) {
    throw new Error(`${page.file} has no ${begin} with ${end} after it`);
  }
  return `${head}${begin}\n\n${page.text.trim()}\n\n${end}${tail}`;
}

/** The pages that are not up to date, by file name. `write` brings them up to date. */
export function outdated(folder: string, write: boolean): readonly string[] {
  const found: string[] = [];
  for (const page of generated()) {
    const file = path.join(folder, page.file);
    const now = read(file);
    const text = formatted(page.file, wanted(page, now));
    if (now === text) continue;
    found.push(page.file);
    if (write) writeFileSync(file, text);
  }
  return found;
}

/** As the formatter would leave it, so that the lint step and this script never disagree. */
function formatted(file: string, text: string): string {
  const biome = path.join(root, 'node_modules/@biomejs/biome/bin/biome');
  const args = [biome, 'format', `--stdin-file-path=${path.join(root, file)}`];
  const done = spawnSync(process.execPath, args, { cwd: root, input: text, encoding: 'utf8' });
  if (done.status !== 0) throw new Error(`${file} could not be formatted: ${done.stderr}`);
  return done.stdout;
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const check = process.argv.includes('--check');
  const found = outdated(root, !check);
  for (const file of found) {
    process.stdout.write(check ? `${file} is not up to date: npm run docs\n` : `${file} written\n`);
  }
  if (check && found.length > 0) process.exitCode = 1;
}
