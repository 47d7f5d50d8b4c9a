import { parseArgs } from 'node:util';
import { nearest } from '../config/homelab-problem.ts';
import { type Flag, type FlagValues, globalFlags } from './flags.ts';

/** A wrong command line: what · where · what to do. Leads to exit code 64, and nothing was done. */
export interface UsageProblem {
  readonly what: string;
  readonly where?: string;
  readonly next: string;
}

export type Parsed =
  | { readonly ok: true; readonly values: FlagValues; readonly positionals: readonly string[] }
  | { readonly ok: false; readonly problem: UsageProblem };

/** Flags that people try and that would put a secret where every user of the machine can read it. */
const secretFlags =
  /^(api-?)?(token|password|passwd|secret|token-?secret|pass|otp|totp|ticket|apikey|api-key)$/i;

function tokensOf(argv: readonly string[], flags: readonly Flag[]) {
  const options: Record<string, { type: 'string' | 'boolean'; short?: string }> = {};
  for (const flag of flags) {
    const type = flag.kind === 'boolean' ? 'boolean' : 'string';
    options[flag.name] = { type, ...(flag.short ? { short: flag.short } : {}) };
    if (flag.negatable) options[`no-${flag.name}`] = { type: 'boolean' };
  }
  const { tokens } = parseArgs({
    args: [...argv],
    options,
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  return tokens;
}

/** The words of the command: positionals before the first flag that is not a global one (its value could look like a word). */
export function commandWords(argv: readonly string[]): readonly string[] {
  const known = new Set(
    globalFlags.flatMap((flag) => (flag.negatable ? [flag.name, `no-${flag.name}`] : [flag.name])),
  );
  const words: string[] = [];
  for (const token of tokensOf(argv, globalFlags)) {
    if (token.kind === 'option' && !known.has(token.name)) break;
    if (token.kind === 'positional') words.push(token.value);
  }
  return words;
}

/** Parses a command line by the flags of its command; a command's own flag hides the global one of the same name. */
export function parseCommandLine(argv: readonly string[], own: readonly Flag[]): Parsed {
  const names = new Set(own.map((flag) => flag.name));
  const flags = [...own, ...globalFlags.filter((flag) => !names.has(flag.name))];
  const values: Record<string, string | number | boolean> = {};
  const positionals: string[] = [];
  for (const token of tokensOf(argv, flags)) {
    if (token.kind === 'positional') positionals.push(token.value);
    if (token.kind !== 'option') continue;
    const negated = flags.find((flag) => flag.negatable && token.name === `no-${flag.name}`);
    const flag = negated ?? flags.find((each) => each.name === token.name);
    if (!flag) return { ok: false, problem: unknownFlag(token.rawName, token.name, flags) };
    const problem = (what: string, next: string): Parsed => ({
      ok: false,
      problem: { what, where: token.rawName, next },
    });
    if (values[flag.name] !== undefined)
      return problem('this flag is given twice', 'keep one of them');
    if (flag.kind === 'boolean') {
      if (token.inlineValue)
        return problem('this flag takes no value', `write ${token.rawName} alone`);
      values[flag.name] = negated === undefined;
      continue;
    }
    const decoded = decodeValue(flag, token.value, token.inlineValue === true);
    if ('what' in decoded) return problem(decoded.what, decoded.next);
    values[flag.name] = decoded.value;
  }
  return { ok: true, values, positionals };
}

function unknownFlag(raw: string, name: string, flags: readonly Flag[]): UsageProblem {
  if (secretFlags.test(name)) {
    return {
      what: 'secrets are not accepted on the command line, where other users can read them',
      where: raw,
      next: 'refer to the secret in homelab.yaml: env:NAME, file:PATH, keyring:SERVICE/ACCOUNT or cmd:',
    };
  }
  const near = nearest(
    name,
    flags.map((flag) => flag.name),
  );
  return {
    what: 'there is no such flag here',
    where: raw.split('=', 1)[0],
    next: near ? `did you mean --${near}?` : 'see --help',
  };
}

type Decoded =
  | { readonly value: string | number }
  | { readonly what: string; readonly next: string };

function decodeValue(flag: Flag, raw: string | undefined, inline: boolean): Decoded {
  const form = `--${flag.name} ${flag.placeholder ?? 'VALUE'}`;
  if (raw === undefined) return { what: 'this flag needs a value', next: `write ${form}` };
  if (!inline && /^--?[A-Za-z]/.test(raw)) {
    return {
      what: 'this flag needs a value',
      next: `write ${form}; a value that starts with - is written --${flag.name}=VALUE`,
    };
  }
  if (flag.kind === 'text') {
    if (flag.choices && !flag.choices.includes(raw)) {
      return { what: 'this is none of the choices', next: `use ${flag.choices.join(', ')}` };
    }
    if (raw === '' && flag.placeholder)
      return { what: 'the value is empty', next: `write ${form}` };
    return { value: raw };
  }
  if (flag.clearable && /^(?:none)?$/.test(raw.trim())) return { value: '' };
  const number = raw.trim() === '' ? Number.NaN : Number(raw);
  const whole = flag.kind === 'number' || Number.isInteger(number);
  const { min = Number.MIN_SAFE_INTEGER, max = Number.MAX_SAFE_INTEGER } = flag;
  if (!Number.isFinite(number) || !whole || number < min || number > max) {
    const range =
      flag.min === undefined ? '' : ` from ${flag.min}${flag.max ? ` to ${flag.max}` : ''}`;
    const kind = flag.kind === 'integer' ? 'a whole number' : 'a number';
    return { what: `the value must be ${kind}${range}`, next: `write ${form}` };
  }
  return { value: number };
}
