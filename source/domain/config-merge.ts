import { type ConfigValues, printConfig } from './config-text.ts';

/** A key that two people changed to different values; undefined = not set. */
export interface ConfigOverlap {
  readonly key: string;
  readonly base: string | undefined;
  readonly mine: string | undefined;
  readonly theirs: string | undefined;
}

export interface ConfigMerge {
  /** Both people's changes; of keys that overlap, mine. */
  readonly merged: ConfigValues;
  readonly overlaps: readonly ConfigOverlap[];
}

/** Joins two people's changes of the same configuration, key by key. */
export function mergeConfig(
  base: ConfigValues,
  mine: ConfigValues,
  theirs: ConfigValues,
): ConfigMerge {
  const keys = [...new Set([base, theirs, mine].flatMap((each) => Object.keys(each)))];
  const merged: Record<string, string> = {};
  const overlaps: ConfigOverlap[] = [];
  for (const key of keys) {
    const [was, my, their] = [base[key], mine[key], theirs[key]];
    const kept = same(my, was) ? their : my;
    if (kept !== undefined) merged[key] = kept;
    if (!same(my, was) && !same(their, was) && !same(my, their)) {
      overlaps.push({ key, base: was, mine: my, theirs: their });
    }
  }
  return { merged, overlaps };
}

/** An empty value is none, and the line break that Proxmox ends notes with is no difference. */
function same(a: string | undefined, b: string | undefined): boolean {
  return (a ?? '').trimEnd() === (b ?? '').trimEnd();
}

/** A text to decide overlaps in, and the lines in it that are remarks and no notes. */
export interface MarkedText {
  readonly text: string;
  readonly remarks: readonly string[];
  /** What every remark begins with, and no line of the notes. */
  readonly mark: string;
}

/** The merged configuration as a text; before each key that overlaps stand the others' value and the one both began with. */
export function markOverlaps({ merged, overlaps }: ConfigMerge): MarkedText {
  const notes = overlaps.filter(({ key }) => key === 'description');
  const mark = freeMark([
    merged.description,
    ...notes.flatMap(({ base, mine, theirs }) => [base, mine, theirs]),
  ]);
  const lines = printConfig(merged).split('\n');
  const remarks: string[] = [];
  // The notes stand at the top, so a key that is not set any more has its remarks at the end.
  for (const overlap of overlaps) {
    const found =
      overlap.key === 'description'
        ? 0
        : lines.findIndex((line) => line.startsWith(`${overlap.key}: `));
    const at = found < 0 ? lines.length - 1 : found;
    const mine = remarksOf(overlap, mark);
    remarks.push(...mine);
    lines.splice(at, 0, ...mine);
  }
  return { text: lines.join('\n'), remarks, mark };
}

/** Notes may begin with tildes too: Markdown strikes out and fences with them. */
function freeMark(notes: readonly (string | undefined)[]): string {
  const lines = notes.flatMap((text = '') => text.split(/[\r\n]/));
  const runs = lines.map((line) => /^~*/.exec(line)?.[0].length ?? 0);
  return `#${'~'.repeat(Math.max(1, ...runs) + 1)}`;
}

function remarksOf({ key, base, mine, theirs }: ConfigOverlap, mark: string): string[] {
  const said =
    mine === undefined
      ? `you removed it, somebody else changed it; write it anew to have it`
      : `you and somebody else changed it; yours stands below`;
  return [
    `${mark} ${key}: ${said}`,
    ...valueLines(key, 'theirs', theirs).map((line) => `${mark}   ${line}`),
    ...valueLines(key, 'before', base).map((line) => `${mark}   ${line}`),
  ];
}

function valueLines(key: string, whose: string, value: string | undefined): string[] {
  if (value === undefined) return [`${whose}: not set`];
  return printConfig({ [key]: value })
    .trimEnd()
    .split(/\r\n?|\n/)
    .map((line) => `${whose}: ${line}`);
}

/** The text without our remarks, also those that were changed meanwhile: no line that begins with their mark is a note. */
export function withoutRemarks(text: string, remarks: readonly string[]): string {
  const mark = /^#~+/.exec(remarks[0] ?? '')?.[0];
  if (mark === undefined) return text;
  return text
    .split(/\r\n?|\n/)
    .filter((line) => !line.startsWith(mark))
    .join('\n');
}
