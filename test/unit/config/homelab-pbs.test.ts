import assert from 'node:assert/strict';
import test from 'node:test';
import { parseHomelab } from '../../../source/config/homelab-file.ts';
import { describeProblem } from '../../../source/config/homelab-problem.ts';
import { apiOwners } from '../../../source/domain/homelab.ts';

const context = { home: '/home/ann', directory: '/home/ann/.config/homelab-tui' };
const pair = Array.from({ length: 32 }, (_, index) => (index + 160).toString(16)).join(':');

const site = `version: 1
sites:
  - id: home
    pve:
      endpoints: [https://192.168.1.10:8006]
      auth: {token: root@pam!tui, secret: env:PVE_SECRET}
`;

/** A file whose one site has a `pbs` part of these lines. */
function withPbs(...lines: string[]): string {
  return `${site}    pbs:\n${lines.map((line) => `      ${line}\n`).join('')}`;
}

const server = (...more: string[]) =>
  withPbs(
    '- id: pbs1',
    '  endpoint: https://192.168.1.20',
    '  auth: {token: homelab@pbs!ro, secret: file:~/pbs}',
    ...more.map((line) => `  ${line}`),
  );

function problemsOf(text: string): string[] {
  const parsed = parseHomelab(text, context);
  return parsed.ok ? [] : parsed.problems.map((problem) => describeProblem('f', problem));
}

function serversOf(text: string) {
  const parsed = parseHomelab(text, context);
  assert.ok(parsed.ok, problemsOf(text).join('\n'));
  return parsed.homelab.sites[0]?.pbs;
}

test('a backup server has an id, one endpoint on port 8007, and its login', () => {
  assert.deepEqual(serversOf(server()), [
    {
      id: 'pbs1',
      site: 'home',
      endpoints: ['https://192.168.1.20:8007'],
      auth: {
        kind: 'token',
        token: 'homelab@pbs!ro',
        secret: { from: 'file', path: '/home/ann/pbs' },
      },
      tls: { kind: 'ask' },
    },
  ]);
});

test('certificates are trusted as those of a site are', () => {
  const tlsOf = (line: string) => serversOf(server(line))?.[0]?.tls;
  assert.deepEqual(tlsOf(`tls: {fingerprint: "${pair}"}`), {
    kind: 'fingerprint',
    fingerprint: pair.toUpperCase(),
  });
  assert.deepEqual(tlsOf('tls: {ca: pbs.pem}'), {
    kind: 'ca',
    path: '/home/ann/.config/homelab-tui/pbs.pem',
  });
  assert.deepEqual(tlsOf('tls: {system: true}'), { kind: 'system' });
});

test('datastores and namespaces narrow what is looked at', () => {
  const [found] = serversOf(server('datastores: [main, usb.1]', 'namespaces: [/, prod/db]')) ?? [];
  assert.deepEqual(found?.datastores, ['main', 'usb.1']);
  assert.deepEqual(found?.namespaces, ['', 'prod/db']);
  const [all] = serversOf(server('datastores: all', 'namespaces: all')) ?? [];
  assert.equal(all?.datastores, undefined);
  assert.equal(all?.namespaces, undefined);
});

test('a site without backup servers has none', () => {
  const parsed = parseHomelab(site, context);
  assert.ok(parsed.ok);
  assert.equal(parsed.homelab.sites[0]?.pbs, undefined);
  assert.deepEqual(
    apiOwners(parsed.homelab).map(({ product, owner }) => `${product} ${owner.id}`),
    ['pve home'],
  );
});

test('every API of the homelab is listed with its product', () => {
  const parsed = parseHomelab(server(), context);
  assert.ok(parsed.ok);
  assert.deepEqual(
    apiOwners(parsed.homelab).map(({ product, owner }) => `${product} ${owner.id}`),
    ['pve home', 'pbs pbs1'],
  );
});

const wrong: readonly (readonly [string, string, RegExp])[] = [
  [
    'a mistyped key',
    server('datastore: [main]'),
    /^f:11:9: unknown key "datastore" · did you mean datastores\?$/m,
  ],
  [
    'endpoints, as a site has them',
    server().replace('endpoint:', 'endpoints:'),
    /^f:9:9: unknown key "endpoints" · did you mean endpoint\?$/m,
  ],
  [
    'the id of a site',
    server().replace('id: pbs1', 'id: Home'),
    /^f:8:13: the backup server id Home is used twice/m,
  ],
  [
    'a secret behind the token, with the colon of a backup server',
    server().replace('token: homelab@pbs!ro', 'token: "homelab@pbs!ro:1234-5678"'),
    /^f:10:23: token: the token carries its secret/m,
  ],
  [
    'a secret written out',
    server().replace('file:~/pbs', '1234-5678'),
    /secret looks like the secret itself/,
  ],
  ['no endpoint', withPbs('- id: pbs1', '  auth: {}'), /^f:8:9: endpoint is missing$/m],
  ['http', server().replace('https://192', 'http://192'), /only https:\/\/ is accepted here/],
  [
    'a short fingerprint',
    server('tls: {fingerprint: "AA:BB"}'),
    /proxmox-backup-manager cert info shows the SHA-256 fingerprint/,
  ],
  [
    'a namespace with dots',
    server('namespaces: [../x]'),
    /^f:11:22: namespaces: this is not a namespace/m,
  ],
  ['a datastore twice', server('datastores: [main, main]'), /^f:11:28: it is listed twice$/m],
  ['no datastores', server('datastores: []'), /datastores is empty · remove it to see all/],
  ['an empty list', `${site}    pbs: []\n`, /^f:7:10: pbs is empty/m],
  ['no list', `${site}    pbs: {id: pbs1}\n`, /^f:7:10: pbs must be a list/m],
];

for (const [name, text, expected] of wrong) {
  test(`a backup server with ${name} is refused at its place`, () => {
    assert.match(problemsOf(text).join('\n'), expected);
    assert.doesNotMatch(problemsOf(text).join('\n'), /1234-5678/);
  });
}
