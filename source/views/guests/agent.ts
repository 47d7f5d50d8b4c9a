import { storageLimits } from '../../components/bar.ts';
import { fact, heading, segment, textLine, wrapped } from '../../components/compose.ts';
import type { Line } from '../../components/line.ts';
import { displayWidth } from '../../components/width.ts';
import { type DetailRequest, detailOf } from '../../domain/detail.ts';
import { age, fractionOf, usedOf } from '../../domain/format.ts';
import { type Guest, guestKey } from '../../domain/guest.ts';
import type { AgentFileSystem, AgentInfo, AgentUser } from '../../domain/guest-agent.ts';
import type { GuestStatus } from '../../domain/guest-detail.ts';
import { guestUnknown } from '../../domain/resource-health.ts';
import { joinSafe, type SafeText, say } from '../../domain/safe-text.ts';
import { shareLine } from '../figure-words.ts';
import { failureLines } from '../freshness.ts';
import type { ViewContext } from '../types.ts';
import { guestActive } from './state.ts';

/** Asked only where an agent is configured: a dead one makes the server wait for seconds. */
export function agentSources(guest: Guest, context: ViewContext): readonly DetailRequest[] {
  const subject = guestKey(guest);
  const status = detailOf(context.details, 'guest.status', subject).data;
  const asks = guest.type === 'qemu' && guestActive(guest) && status?.agent === true;
  return asks ? [{ kind: 'guest.agent', subject }] : [];
}

/** Why nothing is known of the inside; undefined = the agent can be asked. */
function noAgent(guest: Guest, status: GuestStatus | undefined): SafeText | undefined {
  if (guestUnknown(guest)) return say`unknown while the node is down`;
  if (!guestActive(guest)) return say`– it does not run`;
  if (status?.agent === false) {
    return say`unknown: no guest agent is configured; set agent to 1 and install qemu-guest-agent in the VM`;
  }
  return undefined;
}

function userWords({ user, domain, since }: AgentUser, now: number): SafeText {
  const name = domain ? say`${user}@${domain}` : user;
  return since === undefined ? name : say`${name} for ${age(now - since * 1000)}`;
}

function usersLine({ users }: AgentInfo, now: number): Line {
  if (!users) return fact(say`Users`, [segment(say`not told`, 'dim')]);
  if (users.length === 0) return fact(say`Users`, say`nobody logged in`);
  return fact(
    say`Users`,
    joinSafe(
      users.map((user) => userWords(user, now)),
      ', ',
    ),
  );
}

const barCells = 24;

/** `/var   [####....] 42%  12.0/32.0 GiB ext4`; the bar goes where there is no room for it. */
function fileSystemLine(system: AgentFileSystem, column: number, context: ViewContext): Line {
  const { mountpoint, used, total, type } = system;
  const roomy = context.width >= 70;
  const share = shareLine(fractionOf(used, total), roomy ? barCells : 5, context, storageLimits);
  return fact(
    mountpoint,
    [
      ...share,
      segment(say`  ${usedOf(used, total)}`),
      segment(type ? say` ${type}` : say``, 'dim'),
    ],
    column,
  );
}

function fileSystemLines({ fileSystems }: AgentInfo, context: ViewContext): Line[] {
  if (!fileSystems) return [fact(say`File systems`, [segment(say`not told`, 'dim')])];
  if (fileSystems.length === 0) return [fact(say`File systems`, say`none told`)];
  const widest = Math.max(...fileSystems.map(({ mountpoint }) => displayWidth(mountpoint)));
  const column = Math.max(14, Math.min(widest + 2, Math.floor(context.width / 2)));
  return [
    heading(say`File systems`),
    ...fileSystems.map((system) => fileSystemLine(system, column, context)),
  ];
}

/** What the guest agent of a VM tells of its inside; a container is read by the node itself and has no such part. */
export function agentLines(guest: Guest, context: ViewContext): Line[] {
  if (guest.type !== 'qemu') return [];
  const subject = guestKey(guest);
  const { data: status } = detailOf(context.details, 'guest.status', subject);
  const title = heading(say`Inside, by the guest agent`);
  const reason = noAgent(guest, status);
  if (reason) return [title, ...wrapped(reason, context.width, 'dim')];
  const { data, failure, fetching } = detailOf(context.details, 'guest.agent', subject);
  const lines: Line[] = [title];
  if (failure) {
    lines.push(textLine(say`unknown`, 'warn'), ...failureLines(failure, context.width));
    if (data) lines.push(textLine(say`shown below: what it told before`, 'stale'));
  }
  if (!data) {
    return failure || !(fetching || status === undefined)
      ? lines
      : [title, textLine(say`loading`, 'dim')];
  }
  const told = (label: SafeText, value: SafeText | undefined): Line =>
    fact(label, value ? value : [segment(say`not told`, 'dim')]);
  return [
    ...lines,
    told(say`Host name`, data.hostname),
    told(say`System`, data.os),
    told(say`Kernel`, data.kernel),
    usersLine(data, context.now),
    ...fileSystemLines(data, context),
  ];
}
