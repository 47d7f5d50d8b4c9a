import { mkdir, open, readFile, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fail, ok, type Result } from '../../domain/result.ts';
import { sanitise, say } from '../../domain/safe-text.ts';
import type { HostConfig } from './host-config.ts';
import { hashedName, type KnownHost, parseKnownHosts } from './known-hosts.ts';
import { keyTypeOf } from './wire.ts';

const sizeLimit = 16 * 1024 * 1024;

type Files = Pick<HostConfig, 'userKnownHosts' | 'globalKnownHosts'>;

/**
 * All entries of a host's known_hosts files. A file that is missing has none; one that cannot be read is a failure, because
 * a changed key would look like a first contact.
 */
export async function readKnownHosts(files: Files): Promise<Result<readonly KnownHost[]>> {
  const found: KnownHost[] = [];
  for (const file of [...files.userKnownHosts, ...files.globalKnownHosts]) {
    try {
      const { size } = await stat(file);
      if (size > sizeLimit) return unreadable(file, 'it is larger than 16 MiB');
      found.push(...parseKnownHosts(await readFile(file, 'utf8'), file));
    } catch (error) {
      const code = codeOf(error);
      if (code !== 'ENOENT' && code !== 'ENOTDIR') return unreadable(file, code);
    }
  }
  return ok(found);
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException | undefined)?.code ?? 'input/output error';
}

function unreadable(file: string, why: string): Result<never> {
  return fail({
    kind: 'local',
    what: say`The known host keys cannot be read, so no host key can be checked`,
    where: sanitise(file),
    next: say`make the file readable for you`,
    detail: sanitise(why),
  });
}

/** Appends a key that the person accepted (a new file gets 0600, a new folder 0700); answers why it could not. */
export async function rememberHostKey(
  file: string,
  name: string,
  key: Buffer,
  hash: boolean,
): Promise<string | undefined> {
  const line = `${hash ? hashedName(name) : name} ${keyTypeOf(key)} ${key.toString('base64')}\n`;
  try {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    const handle = await open(file, 'a+', 0o600);
    try {
      const { size } = await handle.stat();
      const last = Buffer.alloc(1);
      if (size > 0) await handle.read(last, 0, 1, size - 1);
      // A file without an end of line would swallow the new entry.
      await handle.appendFile(size > 0 && last.toString() !== '\n' ? `\n${line}` : line);
    } finally {
      await handle.close();
    }
    return undefined;
  } catch (error) {
    return codeOf(error);
  }
}
