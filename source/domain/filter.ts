/** What a filter can look at; all values as shown, compared without regard to case. */
export interface FilterFields {
  /** Free text looks here: name, id, notes … */
  readonly text: readonly string[];
  /** `tag:` `node:` `status:` `type:` `pool:` `site:` … → values. */
  readonly fields: Readonly<Record<string, readonly string[]>>;
}

interface Term {
  readonly negated: boolean;
  readonly field?: string;
  readonly value: string;
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

/** Parses `web tag:prod !status:stopped "two words"`: terms are all required, `!` inverts one. */
export function parseFilter(source: string): Filter {
  const terms: Term[] = [];
  let problem: string | undefined;
  for (const [raw] of source.matchAll(token)) {
    const negated = raw.startsWith('!');
    const body = negated ? raw.slice(1) : raw;
    const colon = /^([a-z]+):(.*)$/i.exec(body);
    const field = colon?.[1]?.toLowerCase();
    const unquote = (text: string) => text.replace(/^"|"$/g, '').toLowerCase();
    if (field && filterFieldNames.includes(field)) {
      const value = unquote(colon?.[2] ?? '');
      if (value !== '') terms.push({ negated, field, value });
    } else {
      if (field) problem = `${field}: is not a field; use ${filterFieldNames.join(', ')}`;
      const value = unquote(body);
      if (value !== '') terms.push({ negated, value });
    }
  }
  return problem === undefined ? { source, terms } : { source, terms, problem };
}

/** Does the row pass? Fields match by substring, so `node:pve` finds pve1 and pve2. */
export function matchesFilter(filter: Filter, row: FilterFields): boolean {
  return filter.terms.every((term) => {
    const values = term.field === undefined ? row.text : (row.fields[term.field] ?? []);
    const found = values.some((value) => value.toLowerCase().includes(term.value));
    return found !== term.negated;
  });
}
