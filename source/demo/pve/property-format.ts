import { checkValue, Problem } from './value-check.ts';

/** One key of a property string, as PVE's schema describes it. */
export interface PropertySpec {
  readonly type: 'string' | 'integer' | 'number' | 'boolean';
  /** True: it must be there. */
  readonly required?: boolean;
  /** A value without a key is this one's. */
  readonly defaultKey?: boolean;
  /** Another name of that key. */
  readonly alias?: string;
  /** Using this alias also sets that key to the alias's own name (`virtio=MAC`). */
  readonly keyAlias?: string;
  readonly enum?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxLength?: number;
  readonly pattern?: RegExp;
  readonly format?: string;
}

export type PropertyFormat = Readonly<Record<string, PropertySpec>>;

const undefinedProperty =
  'property is not defined in schema and the schema does not allow additional properties';

function split(format: PropertyFormat, text: string): Map<string, string> {
  const found = new Map<string, string>();
  const add = (key: string, value: string) => {
    if (found.has(key)) {
      throw new Problem(`invalid format - duplicate key in comma-separated list property: ${key}`);
    }
    found.set(key, value);
  };
  const bare = Object.entries(format).find(([, spec]) => spec.defaultKey)?.[0];
  for (const part of text.split(',')) {
    if (part === '') continue;
    const match = /^([^=]+)=(.*)$/s.exec(part);
    if (!match) {
      if (part.includes('=')) {
        throw new Problem('invalid format - missing key in comma-separated list property');
      }
      if (bare === undefined) {
        throw new Problem(
          'invalid format - value without key, but schema does not define a default key',
        );
      }
      add(bare, part);
      continue;
    }
    const [, name = '', value = ''] = match;
    const spec = format[name];
    if (spec?.keyAlias !== undefined) add(spec.keyAlias, name);
    add(spec?.alias ?? name, value);
  }
  return found;
}

/** What is wrong with a property string, in PVE's words; `name` is the parameter it belongs to. */
export function propertyProblem(
  format: PropertyFormat,
  text: string,
  name: string,
): string | undefined {
  let found: Map<string, string>;
  try {
    found = split(format, text);
  } catch (error) {
    if (error instanceof Problem) return error.message;
    throw error;
  }
  const problems: string[] = [];
  for (const [key, value] of found) {
    const spec = format[key];
    if (!spec) {
      problems.push(`${name}.${key}: ${undefinedProperty}`);
      continue;
    }
    try {
      checkValue(spec, value);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      problems.push(`${name}.${key}: ${error.message}`);
    }
  }
  for (const [key, spec] of Object.entries(format)) {
    if (spec.required && !found.has(key)) {
      problems.push(`${name}.${key}: property is missing and it is not optional`);
    }
  }
  if (problems.length === 0) return undefined;
  return `invalid format - format error\n${problems.sort().join('\n')}`;
}
