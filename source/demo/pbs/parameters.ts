import type { ParameterValue } from '../pve/endpoint.ts';
import { PbsRefusal } from '../world/pbs/host.ts';
import type { PbsParameterSpec, PbsParameterTable } from './endpoint.ts';

class Problem extends Error {}

function flagOf(raw: unknown): boolean {
  const text = String(raw).toLowerCase();
  if (['1', 'on', 'yes', 'true'].includes(text)) return true;
  if (['0', 'off', 'no', 'false'].includes(text)) return false;
  throw new Problem('Expected boolean value.');
}

function numberOf(spec: PbsParameterSpec, raw: unknown): number {
  const text = String(raw);
  if (!/^-?\d+$/.test(text)) throw new Problem('invalid digit found in string');
  const value = Number(text);
  const { minimum, maximum } = spec;
  if (minimum !== undefined && value < minimum) {
    throw new Problem(`value must have a minimum value of ${minimum} (got ${value})`);
  }
  if (maximum !== undefined && value > maximum) {
    throw new Problem(`value must have a maximum value of ${maximum} (got ${value})`);
  }
  return value;
}

function textOf(spec: PbsParameterSpec, raw: unknown): string {
  const text = String(raw);
  if (spec.enum) {
    if (spec.enum.includes(text)) return text;
    throw new Problem(`value '${text}' is not defined in the enumeration.`);
  }
  const length = [...text].length;
  if (spec.minLength !== undefined && length < spec.minLength) {
    throw new Problem(`value must be at least ${spec.minLength} characters long`);
  }
  if (spec.maxLength !== undefined && length > spec.maxLength) {
    throw new Problem(`value may only be ${spec.maxLength} characters long`);
  }
  if (spec.pattern && !spec.pattern.test(text)) {
    throw new Problem('value does not match the regex pattern');
  }
  return text;
}

function checked(spec: PbsParameterSpec, raw: unknown): ParameterValue {
  if (spec.type === 'array') {
    const items = Array.isArray(raw) ? raw : [raw];
    return items.map((item) => (spec.items ? String(checked(spec.items, item)) : String(item)));
  }
  if (typeof raw === 'object' && raw !== null) throw new Problem('unexpected value');
  if (spec.type === 'boolean') return flagOf(raw);
  return spec.type === 'string' ? textOf(spec, raw) : numberOf(spec, raw);
}

/**
 * Checks and converts parameters as PBS's schema check does.
 * @throws PbsRefusal 400 that tells every parameter that is wrong, a line each
 */
export function verifyPbsParameters(
  table: PbsParameterTable,
  raw: Readonly<Record<string, unknown>>,
): Readonly<Record<string, ParameterValue>> {
  const problems: string[] = [];
  const values: Record<string, ParameterValue> = {};
  for (const [name, value] of Object.entries(raw)) {
    const spec = Object.hasOwn(table, name) ? table[name] : undefined;
    if (!spec) {
      problems.push(`parameter '${name}': schema does not allow additional properties.`);
      continue;
    }
    try {
      values[name] = checked(spec, value);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      problems.push(`parameter '${name}': ${error.message}`);
    }
  }
  for (const [name, spec] of Object.entries(table)) {
    if (!spec.optional && raw[name] === undefined) {
      problems.push(`parameter '${name}': parameter is missing and it is not optional.`);
    }
  }
  if (problems.length > 0) {
    throw new PbsRefusal(`parameter verification errors\n\n${problems.join('\n')}`);
  }
  return values;
}
