import { appendFileSync } from 'node:fs';
import type { AuditLog } from '../actions/audit.ts';
import type { Paths } from '../config/paths.ts';
import { fileErrorWords } from '../config/private-file.ts';
import { describeFailure } from '../domain/failure.ts';
import type { Homelab } from '../domain/homelab.ts';
import type { CallRecord } from '../domain/inventory.ts';
import type { SafeText } from '../domain/safe-text.ts';
import type { SshDoor } from '../services/ssh/types.ts';
import type { Asker, Services } from '../services/types.ts';
import { createAsker } from './ask.ts';
import type { CommandContext } from './command.ts';
import { exitCodes } from './exit-codes.ts';
import { type OpenedHomelab, openHomelab, pathsOf, readHomelabSource } from './homelab.ts';
import type { Host } from './host.ts';
import { openSsh } from './ssh.ts';

/** A connected homelab for the length of one command. */
export interface Session {
  readonly homelab: Homelab;
  readonly services: Services;
  readonly ssh: SshDoor;
  readonly paths: Paths;
  readonly readOnly: boolean;
  readonly audit: () => Promise<AuditLog>;
}

/** The audit log of this person on this machine. */
export async function auditLogOf(paths: Paths, host: Host): Promise<AuditLog> {
  const { openAuditLog } = await import('../config/audit-log.ts');
  const ssh = host.env.SSH_CONNECTION;
  return openAuditLog(paths.auditFile, {
    user: host.user,
    host: host.hostname,
    pid: host.pid,
    now: host.now,
    ...(ssh ? { ssh } : {}),
  });
}

/** One line per call for `--log-file`; the records carry no secrets. */
export function callLine(record: CallRecord): string {
  const status = record.status ?? record.outcome;
  const took = record.duration === undefined ? '' : ` ${Math.round(record.duration)} ms`;
  const params = record.params ? ` ${record.params}` : '';
  const message = record.message ? ` ${record.message}` : '';
  const at = new Date(record.at).toISOString();
  return `${at} ${record.site} ${record.method} ${record.path}${params} ${status}${took}${message}\n`;
}

/** Appends finished calls to a file (0600). The first failure is told, and ends the log but nothing else. */
export function callLog(path: string, tell: (line: string) => void): (record: CallRecord) => void {
  let broken = false;
  return (record) => {
    if (broken || record.outcome === 'pending') return;
    try {
      appendFileSync(path, callLine(record), { mode: 0o600 });
    } catch (error) {
      broken = true;
      tell(`homelab-tui: --log-file: the log cannot be written: ${fileErrorWords(error)}`);
    }
  };
}

/** The services of a homelab on this machine. Loads the network only now. */
export async function createSiteServices(
  { homelab, resolveSecret }: OpenedHomelab,
  host: Host,
  paths: Paths,
  options: {
    readonly asker: Asker;
    readonly readOnly: boolean;
    /** Something to say that does not stop the work. */
    readonly tell: (text: SafeText) => void;
    readonly onCall?: (record: CallRecord) => void;
  },
): Promise<Services> {
  const [{ createServices }, { openTrustStore }, { readCa }] = await Promise.all([
    import('../services/index.ts'),
    import('../config/trust-store.ts'),
    import('../config/read-ca.ts'),
  ]);
  const trust = openTrustStore(paths.trustFile, host.now);
  if (trust.problem) options.tell(describeFailure(trust.problem));
  return createServices({
    sites: homelab.sites,
    asker: options.asker,
    trust,
    resolveSecret,
    readCa,
    now: host.now,
    random: host.random,
    readOnly: options.readOnly,
    ...(options.onCall ? { onCall: options.onCall } : {}),
  });
}

/**
 * Opens the configuration and the services, runs `work`, and closes everything again. What stands in the way is told and
 * becomes exit code 64. `look` = nothing but GET may leave, whatever the configuration says.
 */
export async function withSession(
  context: CommandContext,
  look: boolean,
  work: (session: Session) => Promise<number>,
): Promise<number> {
  const { global, host, output } = context;
  const paths = pathsOf(global, host);
  const source = await readHomelabSource(global, paths);
  const opened = source.ok ? await openHomelab(global, host, source.value) : source;
  if (!opened.ok) {
    for (const line of opened.lines) output.err(line);
    return exitCodes.usage;
  }
  const { homelab, close } = opened.value;
  try {
    const readOnly = look || global.readOnly || homelab.readOnly === true;
    const say = (line: string) => output.err(line);
    const asker = createAsker(host, output);
    const ssh = openSsh(homelab, host, asker);
    const services = await createSiteServices(opened.value, host, paths, {
      asker,
      readOnly,
      tell: (text) => say(`homelab-tui: ${text}`),
      ...(global.logFile === undefined ? {} : { onCall: callLog(global.logFile, say) }),
    });
    try {
      const audit = () => auditLogOf(paths, host);
      return await work({ homelab, services, ssh, paths, readOnly, audit });
    } finally {
      await Promise.all([services.close(), ssh.close()]);
    }
  } finally {
    await close();
  }
}
