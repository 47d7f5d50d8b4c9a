import type { ParameterSpec, ParameterValue } from './endpoint.ts';
import { checkFormat } from './formats.ts';

/** What is wrong with one value, in PVE's words. */
export class Problem extends Error {}

type Checked = Pick<
  ParameterSpec,
  'type' | 'enum' | 'minimum' | 'maximum' | 'minLength' | 'maxLength' | 'pattern' | 'format'
>;

function typeProblem(type: string, value: string): Problem {
  return new Problem(`type check ('${type}') failed - got '${value}'`);
}

function checkNumber(spec: Checked, value: number): number {
  if (spec.minimum !== undefined && value < spec.minimum) {
    throw new Problem(`value must have a minimum value of ${spec.minimum}`);
  }
  if (spec.maximum !== undefined && value > spec.maximum) {
    throw new Problem(`value must have a maximum value of ${spec.maximum}`);
  }
  return value;
}

function checkText(spec: Checked, value: string): string {
  if (spec.maxLength !== undefined && [...value].length > spec.maxLength) {
    throw new Problem(`value may only be ${spec.maxLength} characters long`);
  }
  if (spec.minLength !== undefined && [...value].length < spec.minLength) {
    throw new Problem(`value must be at least ${spec.minLength} characters long`);
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

/**
 * Checks and converts one value that is no list.
 * @throws Problem
 */
export function checkValue(spec: Checked, raw: unknown): ParameterValue {
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
