import { mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fail, ok, type Result } from '../../domain/result.ts';
import { type SafeText, sanitise, say } from '../../domain/safe-text.ts';

/** A text in a private file; `EditableFile` of actions/types.ts. */
export interface PrivateFile {
  readonly path: SafeText;
  readonly argv: readonly string[];
  read(): Promise<Result<string>>;
  /** Puts another text in its place, whole or not at all. */
  write(text: string): Promise<Result<undefined>>;
  discard(): Promise<void>;
}

/** Longest file that is read back, in bytes. */
const sizeLimit = 1_048_576;

/**
 * The command that edits `path`. `$VISUAL` and `$EDITOR` may hold arguments and are words of a shell, as everywhere on Unix;
 * the path is handed over apart from them.
 */
export function editorCommand(
  env: Readonly<Record<string, string | undefined>>,
  path: string,
  fallback = 'vi',
): readonly string[] {
  const editor = env.VISUAL?.trim() || env.EDITOR?.trim() || fallback;
  return ['sh', '-c', `${editor} "$1"`, 'sh', path];
}

/** Writes the text to a file (0600) in a new directory (0700) below the directory for temporary files. */
export async function privateFile(
  name: string,
  text: string,
  env: Readonly<Record<string, string | undefined>>,
  fallback?: string,
): Promise<Result<PrivateFile>> {
  try {
    const directory = await mkdtemp(join(tmpdir(), 'homelab-tui-'));
    const path = join(directory, name.replace(/[^A-Za-z0-9._-]/g, '_'));
    await writeFile(path, text, { mode: 0o600, flag: 'wx' });
    return ok({
      path: sanitise(path),
      argv: editorCommand(env, path, fallback),
      read: () => readBack(path),
      write: (next) => replace(path, next),
      discard: () => rm(directory, { recursive: true, force: true }),
    });
  } catch (error) {
    return fail({
      kind: 'local',
      what: say`The text cannot be written to a file`,
      where: sanitise(tmpdir()),
      next: say`make room there, or set TMPDIR to another directory`,
      detail: sanitise(error instanceof Error ? error.message : error),
    });
  }
}

async function replace(path: string, text: string): Promise<Result<undefined>> {
  try {
    await writeFile(`${path}.new`, text, { mode: 0o600 });
    await rename(`${path}.new`, path);
    return ok(undefined);
  } catch (error) {
    return fail({
      kind: 'local',
      what: say`The text cannot be written to its file`,
      where: sanitise(path),
      detail: sanitise(error instanceof Error ? error.message : error),
    });
  }
}

async function readBack(path: string): Promise<Result<string>> {
  const where = sanitise(path);
  try {
    const text = await readFile(path, 'utf8');
    if (text.length <= sizeLimit) return ok(text);
    return fail({ kind: 'local', what: say`The file is too long to be a configuration`, where });
  } catch (error) {
    return fail({
      kind: 'local',
      what: say`The edited file cannot be read`,
      where,
      detail: sanitise(error instanceof Error ? error.message : error),
    });
  }
}
