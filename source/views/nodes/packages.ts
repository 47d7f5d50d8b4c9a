import type { Tone } from '../../components/line.ts';
import type { Column } from '../../components/table/columns.ts';
import { dateOf, NOT_APPLICABLE, UNKNOWN } from '../../domain/format.ts';
import { certificateDays } from '../../domain/limits.ts';
import type { AptUpdate, NodeCertificate } from '../../domain/node.ts';
import { joinSafe, type SafeText, say } from '../../domain/safe-text.ts';

const DAY = 86_400_000;

export const updateColumns: readonly Column<AptUpdate>[] = [
  {
    id: 'package',
    title: say`Package`,
    min: 18,
    max: 36,
    grow: 2,
    priority: 0,
    cell: ({ name }) => ({ text: name }),
    sortValue: ({ name }) => name,
  },
  {
    id: 'new',
    title: say`New version`,
    min: 16,
    max: 30,
    grow: 1,
    priority: 0,
    cell: ({ version }) => ({ text: version }),
    sortValue: ({ version }) => version,
  },
  {
    id: 'old',
    title: say`Installed`,
    min: 16,
    max: 30,
    grow: 1,
    priority: 1,
    cell: ({ oldVersion }) =>
      oldVersion ? { text: oldVersion, tone: 'dim' } : { text: say`not yet`, tone: 'dim' },
    sortValue: ({ oldVersion }) => oldVersion,
  },
  {
    id: 'origin',
    title: say`Origin`,
    min: 8,
    max: 14,
    priority: 3,
    cell: ({ origin }) => ({ text: origin ?? UNKNOWN, tone: 'dim' }),
    sortValue: ({ origin }) => origin,
  },
  {
    id: 'title',
    title: say`What it is`,
    min: 16,
    max: 80,
    grow: 2,
    priority: 2,
    cell: ({ title }) => ({ text: title ?? NOT_APPLICABLE, tone: 'dim' }),
    sortValue: ({ title }) => title,
  },
];

/** Days until it runs out, negative when it has; undefined when not told. */
export function daysLeft(certificate: NodeCertificate, now: number): number | undefined {
  return certificate.notAfter === undefined
    ? undefined
    : Math.floor((certificate.notAfter - now) / DAY);
}

/** `✓ 231 d left`; less than 14 days is a warning, none left is bad. */
export function daysWords(days: number | undefined): {
  readonly text: SafeText;
  readonly tone: Tone;
} {
  if (days === undefined) return { text: UNKNOWN, tone: 'plain' };
  if (days < 0) return { text: say`✗ ran out ${-days} d ago`, tone: 'bad' };
  if (days < certificateDays) return { text: say`⚠ ${days} d left`, tone: 'warn' };
  return { text: say`✓ ${days} d left`, tone: 'good' };
}

export const certificateColumns: readonly Column<NodeCertificate>[] = [
  {
    id: 'filename',
    title: say`File`,
    min: 14,
    max: 26,
    priority: 0,
    cell: ({ filename }) => ({ text: filename }),
    sortValue: ({ filename }) => filename,
  },
  {
    id: 'left',
    title: say`Valid`,
    min: 16,
    max: 20,
    priority: 0,
    cell: (certificate, { now }) => daysWords(daysLeft(certificate, now)),
    ticks: () => true,
    sortValue: ({ notAfter }) => notAfter,
  },
  {
    id: 'until',
    title: say`Until`,
    min: 10,
    priority: 2,
    cell: ({ notAfter }) => ({ text: dateOf(notAfter) }),
    sortValue: ({ notAfter }) => notAfter,
  },
  {
    id: 'subject',
    title: say`Subject`,
    min: 16,
    max: 60,
    grow: 2,
    priority: 1,
    cell: ({ subject }) => ({ text: subject ?? UNKNOWN }),
    sortValue: ({ subject }) => subject,
  },
  {
    id: 'san',
    title: say`Names`,
    min: 14,
    max: 60,
    grow: 1,
    priority: 4,
    cell: ({ san }) => ({ text: san ? joinSafe(san, ' ') : UNKNOWN, tone: 'dim' }),
  },
  {
    id: 'fingerprint',
    title: say`SHA-256`,
    min: 20,
    max: 95,
    grow: 1,
    priority: 5,
    cell: ({ fingerprint }) => ({ text: fingerprint ?? UNKNOWN, tone: 'dim' }),
  },
];
