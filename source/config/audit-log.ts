import { mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { AuditLog } from '../actions/audit.ts';
import { shownCommand } from '../domain/monitor.ts';
import { fail, ok } from '../domain/result.ts';
import { sanitise, say } from '../domain/safe-text.ts';
import { fileErrorWords } from './private-file.ts';

/** Who is at the keyboard; `ssh` is `$SSH_CONNECTION`. `pid` and `now` (ms) make the ids unique. */
export interface AuditAuthor {
  readonly user: string;
  readonly host: string;
  readonly ssh?: string;
  readonly pid: number;
  readonly now: () => number;
}

const secretName = /pass|secret|token|ticket|otp|csrf/i;
const TEXT_LIMIT = 2_000;

function withoutSecrets(params: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(params)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => [
        name,
        secretName.test(name) ? '‹hidden›' : typeof value === 'string' ? shown(name, value) : value,
      ]),
  );
}

/** Commands for a VM's monitor may carry a secret. */
function shown(name: string, text: string): string {
  return (name === 'command' ? shownCommand(text) : text).slice(0, TEXT_LIMIT);
}

/** One write of one whole line, flushed to the disk. A torn line left by a full disk is closed off first. */
async function append(path: string, record: Readonly<Record<string, unknown>>): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const file = await open(path, 'a+', 0o600);
  try {
    const stat = await file.stat();
    if ((stat.mode & 0o077) !== 0) await file.chmod(0o600).catch(() => undefined);
    let start = '';
    if (stat.size > 0) {
      const { buffer } = await file.read(Buffer.alloc(1), 0, 1, stat.size - 1);
      if (buffer[0] !== 0x0a) start = '\n';
    }
    await file.appendFile(`${start}${JSON.stringify(record)}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
}

/**
 * Opens the audit log: JSON lines, 0600, only ever appended to; the file is made by the first entry. An intent that
 * cannot be written is a `local` failure, and the change may not happen then.
 */
export function openAuditLog(path: string, author: AuditAuthor): AuditLog {
  let count = 0;
  const head = (id: string, event: 'intent' | 'result') => ({
    id,
    event,
    at: new Date(author.now()).toISOString(),
    user: author.user,
    host: author.host,
    ...(author.ssh === undefined ? {} : { ssh: author.ssh }),
  });
  return {
    intent: async (entry) => {
      count += 1;
      const id = `${author.now().toString(36)}-${author.pid}-${count}`;
      const { site, action, target, parameters } = entry;
      try {
        await append(path, {
          ...head(id, 'intent'),
          site,
          action,
          target,
          parameters: withoutSecrets(parameters),
        });
        return ok(id);
      } catch (error) {
        return fail({
          kind: 'local',
          what: say`nothing was changed: the audit log cannot be written: ${sanitise(fileErrorWords(error))}`,
          where: sanitise(path),
          next: say`make room or repair the path, then try again`,
        });
      }
    },
    result: async (id, entry) => {
      await append(path, { ...head(id, 'result'), ...entry }).catch(() => undefined);
    },
  };
}
