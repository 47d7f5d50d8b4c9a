import type { ParameterSpec, ParameterTable, ParameterValue } from './endpoint.ts';
import { parameterErrors } from './errors.ts';
import { propertyProblem } from './property-format.ts';
import { checkValue, Problem } from './value-check.ts';

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

/** Is there such a parameter? */
export function knows(table: ParameterTable, name: string): boolean {
  return specOf(table, name) !== undefined;
}

function checkParameter(name: string, spec: ParameterSpec, raw: unknown): ParameterValue {
  if (spec.type === 'array') {
    return (Array.isArray(raw) ? raw : [raw]).map((item) => String(item));
  }
  const value = checkValue(spec, raw);
  const problem = spec.properties && propertyProblem(spec.properties, String(value), name);
  if (problem !== undefined) throw new Problem(problem);
  return value;
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
      values[name] = checkParameter(name, spec, value);
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
