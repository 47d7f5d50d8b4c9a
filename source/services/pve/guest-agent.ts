import type { Failure } from '../../domain/failure.ts';
import type { AgentFileSystem, AgentInfo, AgentUser } from '../../domain/guest-agent.ts';
import { fail, ok, type Result } from '../../domain/result.ts';
import { joinSafe, type SafeText, say } from '../../domain/safe-text.ts';
import { amount, asRow, epoch, type Row, rowsOf, text, told } from '../decode.ts';
import type { CallOptions, GuestApi, GuestAt } from '../types.ts';
import { at, type CallDetails, type Caller } from './caller.ts';

type Part = 'get-osinfo' | 'get-host-name' | 'get-fsinfo' | 'get-users';

export function guestAgent(caller: Caller): Pick<GuestApi, 'agentInfo'> {
  return { agentInfo: (guest, options) => agentInfo(caller, guest, options) };
}

/**
 * An agent that is dead holds each question, and one of the server's few workers, for some seconds. So one question goes
 * first, and the others follow only when it was not the agent's silence that answered.
 */
async function agentInfo(
  caller: Caller,
  guest: GuestAt,
  options: CallOptions | undefined,
): Promise<Result<AgentInfo>> {
  const details = { where: caller.guest(guest), options };
  if (guest.type === 'lxc') {
    return caller.impossible(say`A container has no guest agent`, details.where);
  }
  const ask = (part: Part) => askAgent(caller, guest, part, details);
  const first = await ask('get-osinfo');
  if (!first.ok && silent(first.failure)) return first;
  const rest = await Promise.all([ask('get-host-name'), ask('get-fsinfo'), ask('get-users')]);
  const all = [first, ...rest];
  if (all.every((each) => !each.ok)) {
    const failures = all.flatMap((each) => (each.ok ? [] : [each.failure]));
    // "Not supported" says less than a refusal that the agent or the server put into words.
    const worst = failures.find(({ kind }) => kind !== 'unsupported') ?? failures[0];
    if (worst !== undefined) return fail(worst);
  }
  const [name, files, users] = rest.map((each) => (each.ok ? each.value : undefined));
  return ok(
    told<AgentInfo>({
      ...decodeOs(first.ok ? asRow(first.value) : undefined),
      hostname: text(asRow(name)?.['host-name']),
      fileSystems: Array.isArray(files) ? decodeFileSystems(files) : undefined,
      users: Array.isArray(users) ? decodeUsers(users) : undefined,
    }),
  );
}

/** The part's `result`. */
async function askAgent(
  caller: Caller,
  guest: GuestAt,
  part: Part,
  details: CallDetails,
): Promise<Result<unknown>> {
  const endpoint = `GET /nodes/{node}/qemu/{vmid}/agent/${part}` as const;
  return caller.row(endpoint, at(guest), {}, details, (row) => row.result);
}

/** Every further question would end the same way. */
function silent({ kind, detail }: Failure): boolean {
  if (kind === 'unsupported') return false;
  return (
    kind !== 'rejected' ||
    /not running|not configured|no qemu guest agent|timeout/i.test(detail ?? '')
  );
}

function decodeOs(row: Row | undefined): Pick<AgentInfo, 'os' | 'kernel'> {
  if (row === undefined) return {};
  const parts = [text(row.name), text(row.version)].flatMap((part) => part ?? []);
  const os: SafeText | undefined =
    text(row['pretty-name']) ?? (parts.length > 0 ? joinSafe(parts, ' ') : undefined);
  return told({ os, kernel: text(row['kernel-release']) });
}

/** File systems without a mount point (swap, raw disks) are left out. */
function decodeFileSystems(data: unknown): AgentFileSystem[] {
  return rowsOf(data).flatMap((row) => {
    const mountpoint = text(row.mountpoint);
    if (mountpoint === undefined) return [];
    return [
      told<AgentFileSystem>({
        mountpoint,
        name: text(row.name) ?? say`?`,
        type: text(row.type),
        used: amount(row['used-bytes']),
        total: amount(row['total-bytes']) || undefined,
      }),
    ];
  });
}

function decodeUsers(data: unknown): AgentUser[] {
  return rowsOf(data).flatMap((row) => {
    const user = text(row.user);
    if (user === undefined) return [];
    return [told<AgentUser>({ user, domain: text(row.domain), since: epoch(row['login-time']) })];
  });
}
