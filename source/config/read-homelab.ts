import { open } from 'node:fs/promises';
import type { Failure } from '../domain/failure.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import { sanitise, say } from '../domain/safe-text.ts';
import { errorCode, fileErrorWords } from './private-file.ts';

/** 1 MiB: thousands of sites; a larger file is not a homelab file. */
const SIZE_LIMIT = 1_048_576;

/**
 * Reads `homelab.yaml` (through a symbolic link as well). It holds no secrets, so anybody may read it, but it names
 * programs to run (`cmd:`), so a file that everybody can write is refused. `undefined` = there is none yet.
 */
export async function readHomelabText(path: string): Promise<Result<string | undefined>> {
  const where = sanitise(path);
  const refuse = (what: Failure['what'], next?: Failure['next']): Result<undefined> =>
    fail({ kind: 'config', what, where, ...(next === undefined ? {} : { next }) });
  try {
    const file = await open(path, 'r');
    try {
      const stat = await file.stat();
      if (!stat.isFile()) return refuse(say`the configuration is not a regular file`);
      if (stat.size > SIZE_LIMIT) return refuse(say`the configuration is larger than 1 MiB`);
      if (process.platform !== 'win32' && (stat.mode & 0o002) !== 0) {
        return refuse(
          say`everybody on this machine can change the configuration`,
          sanitise(`run: chmod o-w '${path}'`),
        );
      }
      return ok(await file.readFile('utf8'));
    } finally {
      await file.close();
    }
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return ok(undefined);
    return refuse(say`the configuration cannot be read: ${sanitise(fileErrorWords(error))}`);
  }
}
