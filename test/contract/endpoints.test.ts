import assert from 'node:assert/strict';
import test from 'node:test';
import type { ParameterSpec } from '../../source/demo/pve/endpoint.ts';
import { demoEndpoints } from '../../source/demo/pve/endpoints.ts';
import { declared, loadSchema, type Shape, schemaMissing } from './schema.ts';

const skip = schemaMissing ?? false;

/** Parameters of the real API that the demo does not take; asking with one of them fails loudly there. */
function differences(name: string, spec: ParameterSpec, shape: Shape): string[] {
  const found: string[] = [];
  const compare = (what: string, ours: unknown, theirs: unknown) => {
    if (JSON.stringify(ours) !== JSON.stringify(theirs)) {
      found.push(`${name}: ${what} ${JSON.stringify(ours)} instead of ${JSON.stringify(theirs)}`);
    }
  };
  compare('type', spec.type, shape.type ?? 'string');
  compare('optional', spec.optional === true, Boolean(shape.optional));
  compare('enum', spec.enum && [...spec.enum].sort(), shape.enum && [...shape.enum].sort());
  compare('minimum', spec.minimum, shape.minimum);
  compare('maximum', spec.maximum, shape.maximum);
  compare('maxLength', spec.maxLength, shape.maxLength);
  return found;
}

test('every endpoint of the demo is in the official schema with the same parameters', {
  skip,
}, () => {
  const schema = loadSchema('9.2');
  const wrong = demoEndpoints.flatMap((endpoint) => {
    const official = declared(schema, endpoint.method, endpoint.path);
    const where = `${endpoint.method} ${endpoint.path}`;
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

test('endpoints that refuse API tokens, or are worked on by the node in the path, are the official ones', {
  skip,
}, () => {
  const schema = loadSchema('9.2');
  const wrong = demoEndpoints.flatMap((endpoint) => {
    const official = declared(schema, endpoint.method, endpoint.path);
    if (official === undefined) return [];
    const where = `${endpoint.method} ${endpoint.path}`;
    return [
      ...((official.allowtoken === 0) === (endpoint.allowToken === false)
        ? []
        : [`${where}: token`]),
      ...((official.proxyto === 'node') === (endpoint.proxyto === 'node')
        ? []
        : [`${where}: proxyto`]),
    ];
  });
  assert.deepEqual(wrong, []);
});

test('no endpoint is there twice', () => {
  const names = demoEndpoints.map(
    ({ method, path }) => `${method} ${path.replace(/\{[^}]+\}/g, '{}')}`,
  );
  assert.deepEqual(
    names.filter((name, index) => names.indexOf(name) !== index),
    [],
  );
  assert.ok(names.length > 20);
});
