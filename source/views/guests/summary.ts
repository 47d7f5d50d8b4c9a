import { blankLine, fact, heading, segment, textLine, wrapped } from '../../components/compose.ts';
import type { Line } from '../../components/line.ts';
import { type DetailRequest, detailOf } from '../../domain/detail.ts';
import { age, bytes, NOT_APPLICABLE, UNKNOWN, uptime } from '../../domain/format.ts';
import { type Guest, guestKey } from '../../domain/guest.ts';
import type { GuestStatus } from '../../domain/guest-detail.ts';
import { guestUnknown } from '../../domain/resource-health.ts';
import { joinSafe, type SafeText, say } from '../../domain/safe-text.ts';
import { coresWords, cpuWords, unknownWord, usedWords } from '../figure-words.ts';
import { detailNotes, failureLines } from '../freshness.ts';
import { tagColoursOf, tagLine } from '../tags.ts';
import type { ViewContext } from '../types.ts';
import { agentLines } from './agent.ts';
import { modernLines, optionLines } from './options.ts';
import { guestActive, guestState, guestTitle } from './state.ts';

export function summarySources(guest: Guest): readonly DetailRequest[] {
  const subject = guestKey(guest);
  // Of a guest on a dead node every question would only wait for its time-out.
  if (guestUnknown(guest)) return [];
  const running: DetailRequest[] = guestActive(guest)
    ? [{ kind: 'guest.interfaces', subject }]
    : [];
  return [{ kind: 'guest.status', subject }, { kind: 'guest.pending', subject }, ...running];
}

/** The list's row with what the guest's own status adds; the newer source wins, missing values fall back. */
function merged(guest: Guest, status: GuestStatus | undefined): Guest {
  if (!status || guestUnknown(guest)) return guest;
  const known = Object.entries(status).filter(([, value]) => value !== undefined);
  const state = status.qmpstatus ?? status.status;
  return { ...guest, ...Object.fromEntries(known), status: state } as Guest;
}

function yesNo(value: boolean | undefined, yes: SafeText, no: SafeText): SafeText {
  return value === undefined ? UNKNOWN : value ? yes : no;
}

function stateLines(guest: Guest, context: ViewContext): Line[] {
  const { glyph, word, tone } = guestState(guest);
  const lines: Line[] = [fact(say`Status`, [segment(say`${glyph} ${word}`, tone)])];
  if (guestUnknown(guest)) {
    const seen = guest.seenAt === undefined ? undefined : context.now - guest.seenAt;
    const figures =
      seen === undefined
        ? say`Nothing was read of this guest yet; its figures come when the node answers.`
        : say`The figures are the last known ones, ${age(seen)} old; they come back when the node does.`;
    const words = say`Node ${guest.node} does not answer. ${figures}`;
    lines.push(...wrapped(words, context.width, 'warn'));
  }
  if (guest.lock) lines.push(fact(say`Lock`, [segment(guest.lock, 'warn')]));
  return lines;
}

function diskWords(guest: Guest): SafeText {
  if (guest.type === 'lxc') return usedWords(guest.disk, guest.maxdisk);
  if (guest.maxdisk === undefined) return unknownWord;
  return say`${bytes(guest.maxdisk)} boot disk; Proxmox does not tell what is used`;
}

function figureLines(guest: Guest): Line[] {
  const on = guestActive(guest) || guestUnknown(guest);
  const figure = (text: SafeText) => (on ? text : NOT_APPLICABLE);
  const { netin, netout, diskread, diskwrite } = guest;
  const told = [netin, netout, diskread, diskwrite].some((value) => value !== undefined);
  const moved = told
    ? say`network ${bytes(netin)} in ${bytes(netout)} out · disk ${bytes(diskread)} read ${bytes(diskwrite)} written`
    : unknownWord;
  return [
    fact(say`Uptime`, figure(uptime(guest.uptime, unknownWord))),
    fact(say`CPU`, on ? cpuWords(guest.cpu, guest.maxcpu) : coresWords(guest.maxcpu)),
    fact(say`Memory`, on ? usedWords(guest.mem, guest.maxmem) : bytes(guest.maxmem, unknownWord)),
    fact(say`Disk`, diskWords(guest)),
    fact(say`Since start`, figure(moved)),
  ];
}

/** Proxmox tells a state only for guests that the HA manager looks after. */
function haWords(guest: Guest, { details }: ViewContext, none: SafeText): SafeText {
  const { data } = detailOf(details, 'guest.status', guestKey(guest));
  const state = data?.haState ?? guest.hastate;
  if (state) return state;
  if (data?.haManaged) return say`managed, state unknown`;
  return data ? say`not managed` : none;
}

function placeLines(guest: Guest, context: ViewContext): Line[] {
  // Proxmox leaves a key out when there is nothing to tell; of an unknown guest that means nothing.
  const none = guestUnknown(guest) ? UNKNOWN : NOT_APPLICABLE;
  return [
    fact(say`Node`, guest.node),
    fact(say`Type`, guest.type as string as SafeText),
    fact(say`Site`, guest.site as string as SafeText),
    fact(
      say`Tags`,
      guest.tags?.length ? tagLine(guest.tags, tagColoursOf(context.details, guest.site)) : none,
    ),
    fact(say`Pool`, guest.pool ?? none),
    fact(say`HA`, haWords(guest, context, none)),
  ];
}

function machineLines(guest: Guest, status: GuestStatus | undefined): Line[] {
  if (!status || guest.type !== 'qemu') return [];
  return [
    fact(say`Guest agent`, yesNo(status.agent, say`configured`, say`not configured`)),
    fact(say`SPICE display`, yesNo(status.spice, say`yes`, say`no`)),
    ...(status.runningQemu
      ? [fact(say`QEMU`, say`${status.runningQemu} ${status.runningMachine ?? say``}`)]
      : []),
  ];
}

function addressLines(guest: Guest, context: ViewContext): Line[] {
  const title = heading(say`Addresses`);
  if (guestUnknown(guest)) return [title, textLine(say`unknown while the node is down`, 'warn')];
  if (!guestActive(guest)) return [title, textLine(say`– it does not run`, 'dim')];
  const source = detailOf(context.details, 'guest.interfaces', guestKey(guest));
  const lines: Line[] = [title];
  if (source.failure) {
    lines.push(textLine(say`unknown`, 'warn'), ...failureLines(source.failure, context.width));
  }
  if (!source.data) return source.failure ? lines : [title, textLine(say`loading`, 'dim')];
  if (source.data.length === 0) lines.push(textLine(say`none told`, 'dim'));
  for (const { name, mac, addresses } of source.data) {
    const shown = addresses.length === 0 ? say`no address` : joinSafe(addresses, '  ');
    lines.push(fact(name, [segment(shown), segment(mac ? say`  ${mac}` : say``, 'dim')]));
  }
  return lines;
}

/** Characters of a guest's notes that are shown; some keep whole files there. */
const longestNotes = 4_096;

function noteLines(guest: Guest, context: ViewContext): Line[] {
  const config = detailOf(context.details, 'guest.pending', guestKey(guest));
  const title = heading(say`Notes`);
  if (!config.data) {
    if (config.failure) return [title, ...failureLines(config.failure, context.width)];
    return guestUnknown(guest) ? [] : [title, textLine(say`loading`, 'dim')];
  }
  const text = config.data.find(({ key }) => key === 'description')?.value;
  if (!text) return [title, textLine(say`none`, 'dim')];
  // A line break became a sign when the text was made safe.
  const shown = text.slice(0, longestNotes).replace(/[\ud800-\udbff]$/, '');
  const paragraphs = shown.split('⏎') as SafeText[];
  const left = text.length - shown.length;
  const rest = left > 0 ? [textLine(say`… ${left} more characters are not shown`, 'dim')] : [];
  return [title, ...paragraphs.flatMap((part) => wrapped(part, context.width)), ...rest];
}

/** A block and the blank line in front of it. */
const after = (lines: readonly Line[]): Line[] => (lines.length === 0 ? [] : [blankLine, ...lines]);

/** The summary tab: live figures, addresses and notes, each with what is unknown and why. */
export function summaryLines(guest: Guest, context: ViewContext): Line[] {
  const source = detailOf(context.details, 'guest.status', guestKey(guest));
  const now = merged(guest, source.data);
  const notes = guestUnknown(guest) ? [] : detailNotes(source, context);
  return [
    ...notes,
    ...stateLines(now, context),
    ...figureLines(now),
    ...modernLines(now, source.data, context),
    blankLine,
    ...placeLines(now, context),
    ...optionLines(now, context),
    ...machineLines(now, source.data),
    blankLine,
    ...addressLines(now, context),
    ...after(agentLines(now, context)),
    blankLine,
    ...noteLines(now, context),
  ];
}

/** Key facts beside the list. */
export function previewLines(guest: Guest, context: ViewContext): Line[] {
  const source = detailOf(context.details, 'guest.status', guestKey(guest));
  const now = merged(guest, source.data);
  const wide = { ...context, width: Math.max(10, context.width) };
  return [
    [{ text: guestTitle(now), tone: 'heading' }],
    ...stateLines(now, wide),
    ...figureLines(now),
    blankLine,
    ...placeLines(now, wide),
    ...machineLines(now, source.data),
    blankLine,
    ...addressLines(now, wide),
  ];
}
