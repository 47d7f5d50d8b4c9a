/** What a filter can look at; all values as shown, compared without regard to case. */
export interface FilterFields {
  /** Free text looks here: name, id, notes … */
  readonly text: readonly string[];
  /** `tag:` `node:` `status:` `type:` `pool:` `site:` … → values. */
  readonly fields: Readonly<Record<string, readonly string[]>>;
  /** When it came to be (ms on our clock), for `older:` and `newer:`. Absent = not known. */
  readonly at?: number;
}

interface Term {
  readonly negated: boolean;
  readonly field?: string;
  readonly value: string;
  /** Of `older:` and `newer:`, in ms. */
  readonly span?: number;
}

/** A parsed filter. An empty one matches everything. */
export interface Filter {
  readonly source: string;
  readonly terms: readonly Term[];
  /** What is odd about it (an unknown field), in words; the rest still works. */
  readonly problem?: string;
}

const token = /!?(?:[a-z]+:)?(?:"[^"]*"?|[^\s"]+)/gi;
export const filterFieldNames: readonly string[] = [
  'tag',
  'node',
  'status',
  'type',
  'pool',
  'site',
];
/** Fields that compare an age: `older:30d`, `newer:12h`. */
export const filterAgeNames: readonly string[] = ['older', 'newer'];

const hour = 3_600_000;
const spans: Readonly<Record<string, number>> = {
  h: hour,
  d: 24 * hour,
  w: 7 * 24 * hour,
  m: 30 * 24 * hour,
  y: 365 * 24 * hour,
};

/** `12h`, `30d`, `4w`, `6m`, `1y` in ms (a month is 30 days); undefined when it is none of these. */
export function parseSpan(text: string): number | undefined {
  const [, number, unit = ''] = /^(\d{1,5})([hdwmy])$/i.exec(text) ?? [];
  const size = spans[unit.toLowerCase()];
  return number === undefined || size === undefined ? undefined : Number(number) * size;
}

const unquote = (text: string) => text.replace(/^"|"$/g, '').toLowerCase();

/** Parses `web tag:prod !status:stopped older:30d "two words"`: terms are all required, `!` inverts one. */
export function parseFilter(source: string): Filter {
  const terms: Term[] = [];
  let problem: string | undefined;
  for (const [raw] of source.matchAll(token)) {
    const negated = raw.startsWith('!');
    const body = negated ? raw.slice(1) : raw;
    const colon = /^([a-z]+):(.*)$/i.exec(body);
    const field = colon?.[1]?.toLowerCase();
    const value = unquote(colon?.[2] ?? '');
    if (field && filterAgeNames.includes(field)) {
      const span = parseSpan(value);
      if (span !== undefined) terms.push({ negated, field, value, span });
      // Half typed it does nothing yet.
      else if (!/^\d*$/.test(value)) problem = `${field}: takes an age such as 12h 30d 4w 6m 1y`;
    } else if (field && filterFieldNames.includes(field)) {
      if (value !== '') terms.push({ negated, field, value });
    } else {
      const known = [...filterFieldNames, ...filterAgeNames].join(', ');
      if (field) problem = `${field}: is not a field; use ${known}`;
      const words = unquote(body);
      if (words !== '') terms.push({ negated, value: words });
    }
  }
  return problem === undefined ? { source, terms } : { source, terms, problem };
}

/** Does it depend on the time of day, so that a row may pass later that does not pass now? */
export function filterTicks(filter: Filter): boolean {
  return filter.terms.some(({ span }) => span !== undefined);
}

/** An age that nobody told passes neither `older:` nor its inverse. */
function agePasses(term: Term, row: FilterFields, now: number): boolean {
  if (row.at === undefined || term.span === undefined) return false;
  const older = now - row.at > term.span;
  return (term.field === 'older' ? older : !older) !== term.negated;
}

/** Does the row pass at `now` (ms)? Fields match by substring, so `node:pve` finds pve1 and pve2. */
export function matchesFilter(filter: Filter, row: FilterFields, now: number): boolean {
  return filter.terms.every((term) => {
    if (term.span !== undefined) return agePasses(term, row, now);
    const values = term.field === undefined ? row.text : (row.fields[term.field] ?? []);
    const found = values.some((value) => value.toLowerCase().includes(term.value));
    return found !== term.negated;
  });
}
