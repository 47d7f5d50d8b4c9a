import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** One parameter or part of an answer, as the official API schema describes it. */
export interface Shape {
  readonly type?: string;
  readonly optional?: boolean | number;
  readonly enum?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly format?: unknown;
  readonly items?: Shape;
  readonly properties?: Readonly<Record<string, Shape>>;
  readonly additionalProperties?: number | boolean | Shape;
  readonly oneOf?: readonly Shape[];
}

export interface SchemaEndpoint {
  readonly method: string;
  readonly path: string;
  readonly parameters: Readonly<Record<string, Shape>>;
  readonly returns?: Shape;
  readonly allowtoken?: number;
  readonly proxyto?: string;
}

const folder = join(import.meta.dirname, '..', '..', '..', 'shared', 'reference');

/** Why the contract cannot be checked in this checkout; undefined = it can. */
export const schemaMissing = existsSync(join(folder, 'pve-api-9.2.min.json'))
  ? undefined
  : 'the official API schema is not beside this checkout (../shared/reference), and it is not part of the project';

/** All endpoints of a PVE version. */
export function loadSchema(version: '9.2' | '8.4'): readonly SchemaEndpoint[] {
  return JSON.parse(readFileSync(join(folder, `pve-api-${version}.min.json`), 'utf8'));
}

/** The endpoint with this very path template. */
export function declared(
  schema: readonly SchemaEndpoint[],
  method: string,
  path: string,
): SchemaEndpoint | undefined {
  const same = path.replace(/\{[^}]+\}/g, '{}');
  return schema.find(
    (each) => each.method === method && each.path.replace(/\{[^}]+\}/g, '{}') === same,
  );
}

/** The endpoint a real path (decoded) leads to, and the parameters that stand in the path. */
export function route(
  schema: readonly SchemaEndpoint[],
  method: string,
  path: string,
): { endpoint: SchemaEndpoint; parameters: Record<string, string> } | undefined {
  const found = schema
    .filter((each) => each.method === method)
    .flatMap((endpoint) => {
      const parameters = match(endpoint.path, path);
      return parameters === undefined ? [] : [{ endpoint, parameters }];
    });
  // A literal part wins over a placeholder: /cluster/ha/status/current before /cluster/ha/{x}/current.
  const literal = (path: string) => path.split('/').filter((part) => !part.startsWith('{')).length;
  return found.sort((a, b) => literal(b.endpoint.path) - literal(a.endpoint.path))[0];
}

function match(template: string, path: string): Record<string, string> | undefined {
  const parts = template.split('/');
  const real = path.split('/');
  // Volume ids and networks hold slashes; they come last and take the rest.
  if (/^\{(?:volume|cidr)\}$/.test(parts.at(-1) ?? '') && real.length > parts.length) {
    real.splice(parts.length - 1, real.length, real.slice(parts.length - 1).join('/'));
  }
  if (parts.length !== real.length) return undefined;
  const parameters: Record<string, string> = {};
  for (const [index, part] of parts.entries()) {
    const value = real[index] ?? '';
    const name = /^\{(.+)\}$/.exec(part)?.[1];
    if (name !== undefined && value !== '') parameters[name] = value;
    else if (part !== value) return undefined;
  }
  return parameters;
}

/** `net0` is declared as `net[n]`. */
export function parameterShape(endpoint: SchemaEndpoint, name: string): Shape | undefined {
  return endpoint.parameters[name] ?? endpoint.parameters[name.replace(/\d+$/, '[n]')];
}

/** What is wrong with a request, by the parameters as they stand in its path, query or body. */
export function requestProblems(
  endpoint: SchemaEndpoint,
  sent: Readonly<Record<string, unknown>>,
): string[] {
  const problems = Object.entries(sent).flatMap(([name, value]) => {
    const shape = parameterShape(endpoint, name);
    if (shape === undefined) return [`${name} is not a parameter`];
    const values = shape.type === 'array' && Array.isArray(value) ? value : [value];
    const each = shape.type === 'array' ? (shape.items ?? {}) : shape;
    return values.flatMap((one) => textProblems(name, each, String(one)));
  });
  for (const [name, shape] of Object.entries(endpoint.parameters)) {
    if (!shape.optional && !name.endsWith('[n]') && !(name in sent))
      problems.push(`${name} is missing`);
  }
  return problems;
}

/** A value as text on the wire: booleans are 1 and 0, numbers are decimal. */
function textProblems(name: string, shape: Shape, text: string): string[] {
  const wrong = (why: string) => [`${name}=${text} ${why}`];
  if (shape.enum && !shape.enum.includes(text)) return wrong(`is none of ${shape.enum}`);
  switch (shape.type) {
    case 'boolean':
      return /^[01]$/.test(text) ? [] : wrong('is no boolean');
    case 'integer':
    case 'number': {
      const pattern = shape.type === 'integer' ? /^-?\d+$/ : /^-?\d+(\.\d+)?$/;
      if (!pattern.test(text)) return wrong(`is no ${shape.type}`);
      if (shape.minimum !== undefined && Number(text) < shape.minimum) return wrong('is too small');
      if (shape.maximum !== undefined && Number(text) > shape.maximum) return wrong('is too large');
      return [];
    }
    default:
      if (shape.maxLength !== undefined && text.length > shape.maxLength)
        return wrong('is too long');
      if (shape.minLength !== undefined && text.length < shape.minLength)
        return wrong('is too short');
      if (shape.pattern && !perl(shape.pattern).test(text)) return wrong('has not the pattern');
      return [];
  }
}

function perl(pattern: string): RegExp {
  const inline = /^\(\?\^?([a-z]*):([\s\S]*)\)$/.exec(pattern);
  const [body, flags] = inline ? [inline[2] ?? '', inline[1] ?? ''] : [pattern, ''];
  return new RegExp(`^(?:${body})$`, flags.replace(/[^i]/g, ''));
}

/** Where PVE itself does not keep to its schema; places like `[].pid`, a last `*` stands for any ending. */
export interface AnswerRules {
  /** Decimal numbers sent as text. */
  readonly asText?: readonly string[];
  readonly nullable?: readonly string[];
  /** Keys that the schema does not have. */
  readonly undeclared?: readonly string[];
  /** Required keys that are not always there. */
  readonly optional?: readonly string[];
}

function listed(places: readonly string[] | undefined, place: string): boolean {
  return (places ?? []).some((each) =>
    each.endsWith('*') ? place.startsWith(each.slice(0, -1)) : each === place,
  );
}

/** What is wrong with an answer's `data`, each with its place; `[]` stands for any row. */
export function answerProblems(
  shape: Shape | undefined,
  data: unknown,
  rules: AnswerRules,
  place = '',
): string[] {
  if (shape === undefined || (data === null && listed(rules.nullable, place))) return [];
  if (listed(rules.asText, place)) {
    const text = typeof data === 'string' && /^-?\d+(\.\d+)?$/.test(data);
    return text ? [] : [`${place} is no number as text: ${JSON.stringify(data)}`];
  }
  const type = shape.type ?? (shape.properties ? 'object' : shape.items ? 'array' : 'any');
  const wrong = (why: string) => [
    `${place || 'data'} ${why}: ${JSON.stringify(data)?.slice(0, 80)}`,
  ];
  if (shape.oneOf) {
    const tried = shape.oneOf.map((each) => answerProblems(each, data, rules, place));
    return tried.find((problems) => problems.length === 0) ?? tried[0] ?? [];
  }
  switch (type) {
    case 'any':
      return [];
    case 'null':
      return data === null || data === undefined ? [] : wrong('is not null');
    case 'array':
      if (!Array.isArray(data)) return wrong('is no array');
      return data.flatMap((each) => answerProblems(shape.items, each, rules, `${place}[]`));
    case 'object':
      return objectProblems(shape, data, rules, place);
    case 'boolean':
      return [0, 1, '0', '1', true, false].includes(data as never) ? [] : wrong('is no boolean');
    case 'integer':
      return Number.isInteger(data) ? rangeProblems(shape, data, wrong) : wrong('is no integer');
    case 'number':
      return typeof data === 'number' && Number.isFinite(data)
        ? rangeProblems(shape, data, wrong)
        : wrong('is no number');
    default:
      if (typeof data !== 'string') return wrong('is no string');
      return shape.enum && !shape.enum.includes(data) ? wrong(`is none of ${shape.enum}`) : [];
  }
}

function rangeProblems(shape: Shape, data: unknown, wrong: (why: string) => string[]): string[] {
  if (typeof data !== 'number') return [];
  if (shape.minimum !== undefined && data < shape.minimum) return wrong('is too small');
  if (shape.maximum !== undefined && data > shape.maximum) return wrong('is too large');
  return [];
}

function objectProblems(shape: Shape, data: unknown, rules: AnswerRules, place: string): string[] {
  if (typeof data !== 'object' || data === null || Array.isArray(data)) {
    return [`${place || 'data'} is no object: ${JSON.stringify(data)?.slice(0, 80)}`];
  }
  const properties = shape.properties;
  if (properties === undefined) return [];
  const inside = (name: string) => (place === '' ? name : `${place}.${name}`);
  const problems = Object.entries(data).flatMap(([name, value]) => {
    const declared = properties[name] ?? properties[name.replace(/\d+$/, '[n]')];
    if (declared !== undefined) return answerProblems(declared, value, rules, inside(name));
    if (shape.additionalProperties || listed(rules.undeclared, inside(name))) return [];
    return [`${inside(name)} is not declared`];
  });
  for (const [name, declared] of Object.entries(properties)) {
    const needed = !declared.optional && !name.endsWith('[n]') && !(name in data);
    if (needed && !listed(rules.optional, inside(name))) {
      problems.push(`${inside(name)} is missing`);
    }
  }
  return problems;
}
