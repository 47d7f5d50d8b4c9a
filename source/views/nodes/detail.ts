import { toneOfFraction } from '../../components/bar.ts';
import { blankLine, fact, heading, segment, wrapped } from '../../components/compose.ts';
import type { Line } from '../../components/line.ts';
import { detailOf } from '../../domain/detail.ts';
import {
  age,
  bytes,
  decimal,
  fractionOf,
  NOT_APPLICABLE,
  percent,
  UNKNOWN,
  uptime,
  usedOf,
} from '../../domain/format.ts';
import { type NodeStatus, nodeKey } from '../../domain/node.ts';
import { nodeOnline } from '../../domain/resource-health.ts';
import { joinSafe, type SafeText, say } from '../../domain/safe-text.ts';
import { coresWords, cpuWords, shareLine, unknownWord, usedWords } from '../figure-words.ts';
import { detailNotes } from '../freshness.ts';
import type { ViewContext } from '../types.ts';
import { type NodeRow, nodeState } from './rows.ts';

const limits = { warn: 0.85, bad: 0.95 };

function usage(used: number | undefined, total: number | undefined, context: ViewContext): Line {
  const fraction = fractionOf(used, total);
  if (fraction === undefined) return [segment(usedWords(used, total))];
  return [
    ...shareLine(fraction, Math.max(9, Math.min(30, context.width - 34)), context, limits),
    segment(say`  ${usedOf(used, total)}`, toneOfFraction(fraction, limits)),
  ];
}

function headLines(row: NodeRow, context: ViewContext): Line[] {
  const { node, guests } = row;
  const { glyph, word, tone } = nodeState(node);
  const lines: Line[] = [fact(say`Status`, [segment(say`${glyph} ${word}`, tone)])];
  if (!nodeOnline(node)) {
    const seen = node.seenAt === undefined ? undefined : context.now - node.seenAt;
    const figures =
      seen === undefined
        ? say`Nothing was read of it yet.`
        : say`Figures are the last known ones, ${age(seen)} old.`;
    const words = say`It does not answer the cluster. ${figures} Its guests are listed as unknown.`;
    lines.push(...wrapped(words, context.width, 'warn'));
  }
  const running =
    guests.unknown > 0
      ? say`${guests.total} in all, the state of ${guests.unknown} is unknown`
      : say`${guests.running} of ${guests.total} running`;
  lines.push(fact(say`Guests`, [segment(running, guests.unknown > 0 ? 'warn' : 'plain')]));
  return lines;
}

function loadWords(status: NodeStatus | undefined): SafeText {
  const load = status?.loadavg;
  return load && load.length > 0
    ? joinSafe(
        load.map((value) => decimal(value)),
        ' ',
      )
    : UNKNOWN;
}

function figureLines(row: NodeRow, status: NodeStatus | undefined, context: ViewContext): Line[] {
  const { node } = row;
  const on = nodeOnline(node);
  const memory = status?.memory;
  const root = status?.rootfs;
  const cores = status?.cpus ?? node.maxcpu;
  const up = status?.uptime ?? node.uptime;
  return [
    fact(say`Uptime`, on ? uptime(up) : node.status === 'offline' ? NOT_APPLICABLE : UNKNOWN),
    fact(say`CPU`, cpuWords(status?.cpu ?? node.cpu, cores)),
    fact(say`Memory`, usage(memory?.used ?? node.mem, memory?.total ?? node.maxmem, context)),
    fact(say`Root disk`, usage(root?.used ?? node.disk, root?.total ?? node.maxdisk, context)),
  ];
}

function socketWords(status: NodeStatus | undefined): SafeText {
  const { sockets, cores } = status ?? {};
  if (cores === undefined) {
    return sockets === undefined ? unknownWord : say`${sockets}, number of cores unknown`;
  }
  return sockets === undefined
    ? say`unknown, with ${coresWords(cores)}`
    : say`${sockets} with ${coresWords(cores)}`;
}

function systemLines(status: NodeStatus | undefined, context: ViewContext): Line[] {
  // A node without swap tells a total of 0.
  const swap: Line =
    status?.swap?.total === 0
      ? [segment(say`none`, 'dim')]
      : usage(status?.swap?.used, status?.swap?.total, context);
  return [
    fact(say`Load`, loadWords(status)),
    fact(say`IO wait`, percent(status?.wait)),
    fact(say`Swap`, swap),
    fact(say`KSM shared`, bytes(status?.ksmShared)),
    blankLine,
    fact(say`Proxmox VE`, status?.pveversion ?? UNKNOWN),
    fact(say`Kernel`, status?.kernel ?? UNKNOWN),
    fact(say`Boot mode`, status?.bootMode ?? UNKNOWN),
    fact(say`Processor`, status?.cpuModel ?? UNKNOWN),
    fact(say`Sockets`, socketWords(status)),
  ];
}

/** The summary tab: `node.status` where it is known, the list's own figures where it is not. */
export function nodeSummaryLines(row: NodeRow, context: ViewContext): Line[] {
  const source = detailOf(context.details, 'node.status', nodeKey(row.node));
  const live = nodeOnline(row.node) ? source.data : undefined;
  return [
    ...(nodeOnline(row.node) ? detailNotes(source, context) : []),
    ...headLines(row, context),
    ...figureLines(row, live, context),
    ...(nodeOnline(row.node) ? systemLines(live, context) : []),
  ];
}

export function nodePreviewLines(row: NodeRow, context: ViewContext): Line[] {
  return [heading(row.node.node), ...nodeSummaryLines(row, context)];
}
