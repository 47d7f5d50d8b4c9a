import { readFile } from 'node:fs/promises';
import type { Field } from '../actions/types.ts';
import { sanitise } from '../domain/safe-text.ts';
import type { UsageProblem } from './arguments.ts';
import type { Flag, FlagValues } from './flags.ts';
import type { Host } from './host.ts';

type AnyField = Field<never>;

/** How the value of a field is written on the command line, for its help. */
const forms: Readonly<Partial<Record<AnyField['kind'], string>>> = {
  lines: 'text, or @FILE (@- reads standard input)',
  secret: 'env:NAME, file:PATH or - for standard input; never the secret itself',
  many: 'a list separated by commas or semicolons',
  order: 'a list separated by commas or semicolons, in this order',
};

/** A number that need not be there can be taken away, as it can be emptied in the form. */
const clearable = ({ kind, required }: AnyField) => kind === 'integer' && !required;

/** The flag of a field. */
export function fieldFlag(field: AnyField): Flag {
  const kind = field.kind === 'boolean' || field.kind === 'integer' ? field.kind : 'text';
  const needed = field.required ? ' (needed)' : '';
  const form = forms[field.kind];
  const clears = clearable(field) ? " '' or none unsets it." : '';
  return {
    name: field.name,
    kind,
    help: `${field.help}${form ? ` Written as ${form}.` : ''}${clears}${needed}`,
    ...(kind === 'boolean' ? { negatable: true } : {}),
    ...(kind === 'integer' ? { placeholder: 'NUMBER' } : {}),
    ...(clearable(field) ? { clearable: true } : {}),
    ...(field.kind === 'secret' ? { placeholder: 'REFERENCE' } : {}),
  };
}

/** Longest text that is read from a file or standard input, in bytes. */
const sizeLimit = 1_048_576;

class Refused extends Error {
  constructor(readonly problem: UsageProblem) {
    super(problem.what);
  }
}

/**
 * The given flags as values of fields: texts are read from their files, secrets from where they are kept, lists get one
 * separator. Standard input is read once. A problem never repeats what was given for a secret.
 */
export async function readFieldFlags(
  fields: readonly AnyField[],
  given: FlagValues,
  host: Host,
): Promise<{ readonly values: FlagValues } | { readonly problem: UsageProblem }> {
  const values: Record<string, FlagValues[string]> = { ...given };
  const input = onceRead(host);
  try {
    for (const field of fields) {
      const raw = given[field.name];
      if (typeof raw !== 'string') continue;
      if (field.kind === 'lines') values[field.name] = await readLines(field, raw, host, input);
      else if (field.kind === 'secret')
        values[field.name] = await readSecret(field, raw, host, input);
      else if (field.kind === 'many' || field.kind === 'order') {
        const parts = raw.split(/[;,]/).map((part) => part.trim());
        values[field.name] = parts.filter((part) => part !== '').join(';');
      }
    }
    return { values };
  } catch (error) {
    if (error instanceof Refused) return { problem: error.problem };
    throw error;
  }
}

type Input = (where: string) => Promise<string>;

function onceRead(host: Host): Input {
  let taken = false;
  return async (where) => {
    if (taken) {
      const next = 'give one of them as a file';
      throw new Refused({ what: 'standard input can be read for one flag only', where, next });
    }
    taken = true;
    if (host.stdin.isTTY) {
      const next = 'pipe it in, or name a file';
      throw new Refused({ what: 'nothing is piped into standard input', where, next });
    }
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of host.stdin) {
      const piece = Buffer.from(chunk as Uint8Array);
      size += piece.length;
      if (size > sizeLimit) {
        throw new Refused({ what: 'standard input is too long', where, next: 'at most 1 MiB' });
      }
      chunks.push(piece);
    }
    return Buffer.concat(chunks).toString('utf8');
  };
}

async function readLines(field: AnyField, raw: string, host: Host, input: Input): Promise<string> {
  const tidy = (text: string) => text.replace(/\r\n?/g, '\n').replace(/\n+$/, '');
  if (!raw.startsWith('@')) return tidy(raw);
  if (raw.startsWith('@@')) return tidy(raw.slice(1));
  const where = `--${field.name} ${sanitise(raw)}`;
  if (raw === '@-') return tidy(await input(where));
  const path = raw.slice(1).replace(/^~(?=\/)/, host.home);
  try {
    const text = await readFile(path, 'utf8');
    if (text.length <= sizeLimit) return tidy(text);
  } catch {
    throw new Refused({
      what: 'the file cannot be read',
      where,
      next: 'check its path; a text that starts with @ is written with @@',
    });
  }
  throw new Refused({ what: 'the file is too long', where, next: 'at most 1 MiB' });
}

async function readSecret(field: AnyField, raw: string, host: Host, input: Input): Promise<string> {
  // What was given may be the secret itself, so it is not repeated.
  const where = `--${field.name}`;
  if (raw === '-') {
    const text = (await input(where)).replace(/\r?\n$/, '');
    if (text === '' || text.includes('\n')) {
      const next = 'write it on one line';
      throw new Refused({ what: 'standard input holds no secret of one line', where, next });
    }
    return text;
  }
  const [, from, rest = ''] = /^(env|file):(.+)$/s.exec(raw) ?? [];
  if (from === undefined) {
    throw new Refused({
      what: 'secrets are not accepted on the command line, where other users can read them',
      where,
      next: 'write env:NAME, file:PATH, or - and pipe it into standard input',
    });
  }
  const { resolveSecret } = await import('../config/secrets.ts');
  const path = rest.replace(/^~(?=\/)/, host.home);
  const found = await resolveSecret(
    from === 'env' ? { from: 'env', name: rest } : { from: 'file', path },
    { env: host.env },
  );
  if (found.ok) return found.value.reveal();
  const { what, next } = found.failure;
  throw new Refused({ what, where, next: next ?? 'see --help' });
}
