import { blankLine, fact, segment, textLine } from '../../components/compose.ts';
import type { Line, Tone } from '../../components/line.ts';
import { fitLine } from '../../components/paint.ts';
import type { Column } from '../../components/table/columns.ts';
import { bytes, NOT_APPLICABLE, UNKNOWN } from '../../domain/format.ts';
import type { DiskSmart, NodeDisk } from '../../domain/node.ts';
import { type SafeText, say } from '../../domain/safe-text.ts';
import type { Sourced } from '../../domain/sourced.ts';
import { detailNotes } from '../freshness.ts';
import type { ViewContext } from '../types.ts';

/** smartctl says PASSED or OK, depending on the kind of disk; UNKNOWN is no verdict. */
export function healthTone(health: SafeText | undefined): Tone {
  const word = health?.toUpperCase();
  if (word === undefined || word === '' || word === 'UNKNOWN') return 'dim';
  return word === 'PASSED' || word === 'OK' ? 'good' : 'bad';
}

function healthWords(health: SafeText | undefined): SafeText {
  const tone = healthTone(health);
  if (health === undefined || tone === 'dim') return say`? unknown`;
  return tone === 'good' ? say`✓ ${health}` : say`✗ ${health}`;
}

function wearTone(left: number): Tone {
  return left <= 10 ? 'bad' : left <= 25 ? 'warn' : 'plain';
}

export const diskColumns: readonly Column<NodeDisk>[] = [
  {
    id: 'devpath',
    title: say`Disk`,
    min: 14,
    max: 24,
    priority: 0,
    cell: ({ devpath }) => ({ text: devpath }),
    sortValue: ({ devpath }) => devpath,
  },
  {
    id: 'health',
    title: say`Health`,
    min: 12,
    max: 16,
    priority: 0,
    cell: ({ health }) => ({ text: healthWords(health), tone: healthTone(health) }),
    sortValue: ({ health }) => health,
  },
  {
    id: 'wear',
    title: say`Life left`,
    min: 10,
    align: 'right',
    priority: 1,
    cell: ({ wearout, type }) => {
      if (wearout !== undefined) return { text: say`${wearout}%`, tone: wearTone(wearout) };
      return type === 'hdd' ? { text: NOT_APPLICABLE, tone: 'dim' } : { text: UNKNOWN };
    },
    sortValue: ({ wearout }) => wearout,
  },
  {
    id: 'size',
    title: say`Size`,
    min: 9,
    align: 'right',
    priority: 0,
    cell: ({ size }) => ({ text: bytes(size) }),
    sortValue: ({ size }) => size,
  },
  {
    id: 'type',
    title: say`Type`,
    min: 7,
    priority: 2,
    cell: ({ type }) => ({ text: type ?? UNKNOWN }),
    sortValue: ({ type }) => type,
  },
  {
    id: 'used',
    title: say`Used as`,
    min: 10,
    max: 20,
    priority: 3,
    cell: ({ used }) => (used ? { text: used } : { text: say`not in use`, tone: 'dim' }),
    sortValue: ({ used }) => used,
  },
  {
    id: 'model',
    title: say`Model`,
    min: 14,
    max: 40,
    grow: 1,
    priority: 4,
    cell: ({ model }) => ({ text: model ?? UNKNOWN }),
    sortValue: ({ model }) => model,
  },
  {
    id: 'serial',
    title: say`Serial`,
    min: 14,
    max: 24,
    priority: 5,
    cell: ({ serial }) => ({ text: serial ?? UNKNOWN, tone: 'dim' }),
    sortValue: ({ serial }) => serial,
  },
];

const widths = [4, 28, 6, 6, 6] as const;

function attributeLine(cells: readonly (SafeText | undefined)[], tone?: Tone): Line {
  return cells.flatMap((text, index) => {
    const width = widths[index];
    const shown = segment(text ?? UNKNOWN, tone);
    const placed =
      width === undefined ? [shown] : fitLine([shown], width, index < 2 ? 'left' : 'right');
    return index === 0 ? placed : [segment(say` `), ...placed];
  });
}

/** SMART data of one disk: the attribute table of an ATA disk, or the tool's own text for NVMe and SAS. */
export function smartLines(
  devpath: SafeText,
  source: Sourced<DiskSmart>,
  context: ViewContext,
): Line[] {
  const lines: Line[] = [[{ text: say`SMART ${devpath}`, tone: 'heading' }]];
  lines.push(...detailNotes(source, context));
  const smart = source.data;
  if (!smart) return lines;
  lines.push(
    fact(say`Health`, [segment(healthWords(smart.health), healthTone(smart.health))]),
    blankLine,
  );
  const attributes = smart.attributes ?? [];
  if (attributes.length > 0) {
    lines.push(
      attributeLine(
        [say`Id`, say`Attribute`, say`Value`, say`Worst`, say`Limit`, say` Raw`],
        'heading',
      ),
    );
    for (const one of attributes) {
      const failed = one.fail !== undefined && one.fail !== '-' && one.fail !== '';
      lines.push(
        attributeLine(
          [
            one.id,
            one.name,
            one.value,
            one.worst,
            one.threshold,
            say` ${one.raw ?? UNKNOWN}${failed ? say`  ✗ failed: ${one.fail ?? say``}` : say``}`,
          ],
          failed ? 'bad' : 'plain',
        ),
      );
    }
  }
  for (const text of smart.text ?? []) lines.push(textLine(text));
  if (attributes.length === 0 && !smart.text?.length) {
    lines.push(textLine(say`the disk told no details`, 'dim'));
  }
  return lines;
}
