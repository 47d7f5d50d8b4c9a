import assert from 'node:assert/strict';
import test from 'node:test';
import type { PbsEndpoint, PbsParameterSpec } from '../../source/demo/pbs/endpoint.ts';
import { pbsEndpoints } from '../../source/demo/pbs/endpoints.ts';
import { loadPbsSchema, pbsSchemaMissing } from './pbs-schema.ts';
import { declared, type SchemaEndpoint, type Shape } from './schema.ts';

const skip = pbsSchemaMissing ?? false;
const nameOf = ({ method, path }: { method: string; path: string }) => `${method} ${path}`;

function differences(name: string, spec: Partial<PbsParameterSpec>, shape: Shape): string[] {
  const found: string[] = [];
  const compare = (what: string, ours: unknown, theirs: unknown) => {
    if (JSON.stringify(ours) !== JSON.stringify(theirs)) {
      found.push(`${name}: ${what} ${JSON.stringify(ours)} instead of ${JSON.stringify(theirs)}`);
    }
  };
  compare('type', spec.type, shape.type ?? 'string');
  compare('optional', spec.optional === true, Boolean(shape.optional));
  compare('enum', spec.enum && [...spec.enum].sort(), shape.enum && [...shape.enum].sort());
  for (const limit of ['minimum', 'maximum', 'minLength', 'maxLength'] as const) {
    compare(limit, spec[limit], shape[limit]);
  }
  if (shape.type === 'array' && shape.items) {
    const items = {
      ...shape.items,
      optional: (spec.items as PbsParameterSpec | undefined)?.optional,
    };
    found.push(...differences(`${name}[]`, spec.items ?? {}, items));
  }
  return found;
}

test('every endpoint of the demo’s backup servers is official, with the same parameters', {
  skip,
}, () => {
  const schema = loadPbsSchema();
  const wrong = pbsEndpoints.flatMap((endpoint) => {
    const official = declared(schema, endpoint.method, endpoint.path);
    const where = nameOf(endpoint);
    if (official === undefined) return [`${where} does not exist`];
    const names = new Set([
      ...Object.keys(endpoint.parameters),
      ...Object.keys(official.parameters),
    ]);
    return [...names].flatMap((name) => {
      const spec = endpoint.parameters[name];
      const shape = official.parameters[name];
      if (spec === undefined) return [`${where}: parameter ${name} is not there`];
      if (shape === undefined) return [`${where}: parameter ${name} is made up`];
      return differences(name, spec, shape).map((each) => `${where}: ${each}`);
    });
  });
  assert.deepEqual(wrong, []);
});

interface OfficialPermission {
  readonly user?: string;
  readonly privs?: readonly string[];
  readonly path?: readonly string[] | string;
}

/** What everybody may ask stays so, and what needs a login needs it here. */
function permissionProblem(endpoint: PbsEndpoint, official: SchemaEndpoint): string[] {
  const { permissions } = official as SchemaEndpoint & { permissions?: OfficialPermission };
  const world = permissions?.user === 'world';
  return world === (endpoint.permission === 'world') ? [] : [`${nameOf(endpoint)}: open to all`];
}

test('only what is open to everybody is so in the demo', { skip }, () => {
  const schema = loadPbsSchema();
  const wrong = pbsEndpoints.flatMap((endpoint) => {
    const official = declared(schema, endpoint.method, endpoint.path);
    return official ? permissionProblem(endpoint, official) : [];
  });
  assert.deepEqual(wrong, []);
});

test('no endpoint of the backup servers is there twice', () => {
  const names = pbsEndpoints.map((one) => nameOf(one).replace(/\{[^}]+\}/g, '{}'));
  assert.deepEqual(
    names.filter((name, index) => names.indexOf(name) !== index),
    [],
  );
  assert.ok(names.length > 60, `${names.length}`);
});
