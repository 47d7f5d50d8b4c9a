import type { ParameterSpec, ParameterTable, ParameterValue } from './endpoint.ts';
import { parameterErrors } from './errors.ts';
import { checkFormat } from './formats.ts';

/** A request's parameters before the check: from path, query and body. */
export type RawParameters = Readonly<Record<string, unknown>>;

const undefinedProperty =
  'property is not defined in schema and the schema does not allow additional properties';

/** The declaration of a parameter, `net0` found under `net[n]`. */
function specOf(table: ParameterTable, name: string): ParameterSpec | undefined {
  if (Object.hasOwn(table, name)) return table[name];
  const match = /^([a-z][a-z0-9_-]*?)(\d+)$/i.exec(name);
  const indexed = match ? `${match[1]}[n]` : '';
  return Object.hasOwn(table, indexed) ? table[indexed] : undefined;
}

class Problem extends Error {}

function typeProblem(type: string, value: string): Problem {
  return new Problem(`type check ('${type}') failed - got '${value}'`);
}

function checkNumber(spec: ParameterSpec, value: number): number {
  if (spec.minimum !== undefined && value < spec.minimum) {
    throw new Problem(`value must have a minimum value of ${spec.minimum}`);
  }
  if (spec.maximum !== undefined && value > spec.maximum) {
    throw new Problem(`value must have a maximum value of ${spec.maximum}`);
  }
  return value;
}

function checkText(spec: ParameterSpec, value: string): string {
  if (spec.maxLength !== undefined && [...value].length > spec.maxLength) {
    throw new Problem(`value may only be ${spec.maxLength} characters long`);
  }
  if (spec.enum && !spec.enum.includes(value)) {
    throw new Problem(
      `value '${value}' does not have a value in the enumeration '${spec.enum.join(', ')}'`,
    );
  }
  if (spec.pattern && !spec.pattern.test(value)) {
    throw new Problem('value does not match the regex pattern');
  }
  const problem = spec.format === undefined ? undefined : checkFormat(spec.format, value);
  if (problem !== undefined) throw new Problem(problem);
  return value;
}

function checkValue(spec: ParameterSpec, raw: unknown): ParameterValue {
  if (spec.type === 'array') {
    return (Array.isArray(raw) ? raw : [raw]).map((item) => String(item));
  }
  if (Array.isArray(raw) || (typeof raw === 'object' && raw !== null)) {
    throw typeProblem(spec.type, Array.isArray(raw) ? 'ARRAY' : 'HASH');
  }
  const text = raw === true ? '1' : raw === false ? '0' : String(raw ?? '');
  if (spec.type === 'boolean') {
    if (text !== '0' && text !== '1') throw typeProblem('boolean', text);
    return text === '1';
  }
  if (spec.type === 'string') return checkText(spec, text);
  const pattern =
    spec.type === 'integer' ? /^[+-]?\d+$/ : /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;
  if (!pattern.test(text)) throw typeProblem(spec.type, text);
  return checkNumber(spec, Number(text));
}

/**
 * Checks and converts parameters as PVE's schema check does.
 * @throws ApiError 400 with a map of every parameter that is wrong
 */
export function verifyParameters(
  table: ParameterTable,
  raw: RawParameters,
): Readonly<Record<string, ParameterValue>> {
  const errors: Record<string, string> = {};
  const values: Record<string, ParameterValue> = {};
  for (const [name, value] of Object.entries(raw)) {
    const spec = specOf(table, name);
    if (!spec) {
      errors[name] = undefinedProperty;
      continue;
    }
    try {
      values[name] = checkValue(spec, value);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      errors[name] = error.message;
    }
    if (spec.requires !== undefined && raw[spec.requires] === undefined) {
      errors[spec.requires] = `missing property - '${name}' requires this property`;
    }
  }
  for (const [name, spec] of Object.entries(table)) {
    if (!spec.optional && raw[name] === undefined) {
      errors[name] = 'property is missing and it is not optional';
    }
  }
  if (Object.keys(errors).length > 0) throw parameterErrors(errors);
  return values;
}
