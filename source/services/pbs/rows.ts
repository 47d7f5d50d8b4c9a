import { asRow } from '../decode.ts';

/** Rows decoded between two turns for whatever else waits: some 5 ms on a slow machine. */
const slice = 100;

const quote = 0x22;
const backslash = 0x5c;

/**
 * Decodes `{"data":[…]}` row by row: no second copy of a long answer is ever in memory, and keys are answered meanwhile. Rows
 * that decode to nothing are left out. Undefined when the text is not such an answer, which is noticed at its end.
 */
export async function decodeRows<T>(
  body: string,
  decode: (row: unknown) => T | undefined,
): Promise<T[] | undefined> {
  const start = dataStart(body);
  if (start === undefined) return wholeRows(body, decode);
  const found: T[] = [];
  let position = start;
  for (let turn = 0; ; turn += 1) {
    if (turn > 0 && turn % slice === 0) await new Promise((go) => setImmediate(go));
    const row = nextRow(body, position);
    if (row === 'end') return found;
    if (row === undefined) return undefined;
    const value = parsed(body.slice(row.from, row.to));
    if (value === undefined) return undefined;
    const decoded = decode(value);
    if (decoded !== undefined) found.push(decoded);
    position = row.to;
  }
}

/** Where the list begins, when it is the first thing in the answer, as PBS sends it. */
function dataStart(body: string): number | undefined {
  const head = /^\s*\{\s*"data"\s*:\s*\[/.exec(body.slice(0, 200));
  return head?.[0].length;
}

/** The next object of the list, or its end; undefined when neither is there. */
function nextRow(body: string, position: number): { from: number; to: number } | 'end' | undefined {
  let from = position;
  while (isGap(body.charCodeAt(from))) from += 1;
  if (body[from] === ']') return complete(body, from) ? 'end' : undefined;
  if (body[from] !== '{') return undefined;
  const to = endOfObject(body, from);
  return to === undefined ? undefined : { from, to };
}

function isGap(code: number): boolean {
  return code === 0x2c || code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;
}

/** Behind the bracket that closes the object at `from`; brackets in texts do not count. */
function endOfObject(body: string, from: number): number | undefined {
  let depth = 0;
  let quoted = false;
  for (let at = from; at < body.length; at += 1) {
    const code = body.charCodeAt(at);
    if (quoted) {
      if (code === backslash) at += 1;
      else if (code === quote) quoted = false;
    } else if (code === quote) quoted = true;
    else if (code === 0x7b || code === 0x5b) depth += 1;
    else if (code === 0x7d || code === 0x5d) {
      depth -= 1;
      if (depth === 0) return at + 1;
    }
  }
  return undefined;
}

/** After the list the answer must go on as JSON does. */
function complete(body: string, end: number): boolean {
  return asRow(parsed(`{"data":[${body.slice(end)}`)) !== undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** An answer whose list is somewhere else in it, read in one go. */
function wholeRows<T>(body: string, decode: (row: unknown) => T | undefined): T[] | undefined {
  const data = asRow(parsed(body))?.data;
  if (!Array.isArray(data)) return undefined;
  return data.flatMap((row) => decode(row) ?? []);
}
