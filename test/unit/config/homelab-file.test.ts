import assert from 'node:assert/strict';
import test from 'node:test';
import { parseHomelab } from '../../../source/config/homelab-file.ts';
import { describeProblem } from '../../../source/config/homelab-problem.ts';

const context = { home: '/home/ann', directory: '/home/ann/.config/homelab-tui' };
const pair = Array.from({ length: 32 }, (_, index) => (index + 160).toString(16)).join(':');

const issueShape = `version: 1
sites:
  - id: home
    pve:
      endpoints: [https://192.168.1.10:8006, https://192.168.1.11:8006]
      auth: {token: root@pam!tui, secret: env:PVE_SECRET}
      tls: {fingerprint: "${pair}"}
`;

function problemsOf(text: string): string[] {
  const parsed = parseHomelab(text, context);
  return parsed.ok ? [] : parsed.problems.map((problem) => describeProblem('f', problem));
}

/** A file with one site whose `pve` block is the given lines. */
function withPve(...lines: string[]): string {
  return `version: 1\nsites:\n  - id: home\n    pve:\n${lines.map((line) => `      ${line}\n`).join('')}`;
}

const endpoints = 'endpoints: [https://192.168.1.10:8006]';
const auth = 'auth: {token: root@pam!tui, secret: env:PVE_SECRET}';

test('the six lines of the documentation make a site', () => {
  const parsed = parseHomelab(issueShape, context);
  assert.ok(parsed.ok);
  assert.deepEqual(parsed.homelab, {
    version: 1,
    sites: [
      {
        id: 'home',
        endpoints: ['https://192.168.1.10:8006', 'https://192.168.1.11:8006'],
        auth: {
          kind: 'token',
          token: 'root@pam!tui',
          secret: { from: 'env', name: 'PVE_SECRET' },
        },
        tls: { kind: 'fingerprint', fingerprint: pair.toUpperCase() },
      },
    ],
  });
});

test('a byte order mark and CRLF change neither the result nor the columns', () => {
  const windows = `\ufeff${issueShape.replaceAll('\n', '\r\n')}`;
  assert.ok(parseHomelab(windows, context).ok);
  assert.match(
    problemsOf(windows.replace('version: 1', 'vrsion: 1')).join('\n'),
    /^f:1:1: unknown key "vrsion" · did you mean version\?$/m,
  );
  assert.match(
    problemsOf(windows.replace('id:', 'idd:')).join('\n'),
    /^f:3:5: unknown key "idd" · did you mean id\?$/m,
  );
});

test('without tls the certificate is asked for; ports and spellings are made one', () => {
  const parsed = parseHomelab(
    withPve(
      'endpoints: ["https://PVE1.lan", "https://[::1]", "https://pve2:443/"]',
      'auth: {user: ann@pve, password: "file:~/pw"}',
      'spice_proxy: http://pve1.lan',
    ),
    context,
  );
  assert.ok(parsed.ok);
  const [site] = parsed.homelab.sites;
  assert.deepEqual(site?.endpoints, [
    'https://pve1.lan:8006',
    'https://[::1]:8006',
    'https://pve2:443',
  ]);
  assert.deepEqual(site?.tls, { kind: 'ask' });
  assert.equal(site?.spiceProxy, 'http://pve1.lan:3128');
  assert.deepEqual(site?.auth, {
    kind: 'user',
    user: 'ann@pve',
    password: { from: 'file', path: '/home/ann/pw' },
  });
});

test('every form of a secret reference', () => {
  const secretOf = (line: string) => {
    const parsed = parseHomelab(
      withPve(endpoints, 'auth:', '  token: root@pam!tui', `  secret: ${line}`),
      context,
    );
    const found = parsed.ok ? parsed.homelab.sites[0]?.auth : undefined;
    return found?.kind === 'token' ? found.secret : parsed;
  };
  assert.deepEqual(secretOf('keyring:homelab/ann/pve'), {
    from: 'keyring',
    service: 'homelab',
    account: 'ann/pve',
  });
  assert.deepEqual(secretOf('{cmd: [pass, show, "a b"]}'), {
    from: 'cmd',
    argv: ['pass', 'show', 'a b'],
  });
  assert.deepEqual(secretOf('cmd:["pass","show","x"]'), {
    from: 'cmd',
    argv: ['pass', 'show', 'x'],
  });
  assert.deepEqual(secretOf('file:pve.secret'), {
    from: 'file',
    path: '/home/ann/.config/homelab-tui/pve.secret',
  });
});

test('tls by authority, by system, and allow and read_only', () => {
  const parsed = parseHomelab(
    `${withPve(endpoints, auth, 'tls: {ca: ~/ca.pem}')}allow: [node.reboot, node.shutdown]\nread_only: true\n`,
    context,
  );
  assert.ok(parsed.ok);
  assert.deepEqual(parsed.homelab.sites[0]?.tls, { kind: 'ca', path: '/home/ann/ca.pem' });
  assert.deepEqual(parsed.homelab.allow, ['node.reboot', 'node.shutdown']);
  assert.equal(parsed.homelab.readOnly, true);
  const system = parseHomelab(withPve(endpoints, auth, 'tls: {system: true}'), context);
  assert.deepEqual(system.ok && system.homelab.sites[0]?.tls, { kind: 'system' });
});

const wrong: readonly (readonly [name: string, text: string, expected: RegExp])[] = [
  ['empty file', '', /^f:1:1: the file is empty/],
  ['tab', 'version: 1\nsites:\n\t- id: x\n', /^f:3:1: a tab is used as indentation/],
  ['two documents', `${issueShape}---\nversion: 1\n`, /^f:8:1: a second document starts here/],
  ['duplicate key', 'version: 1\nversion: 1\nsites: []\n', /^f:2:1: this key appears twice/],
  ['no version', issueShape.slice(11), /^f:1:1: version is missing/],
  [
    'later version',
    issueShape.replace('version: 1', 'version: 2'),
    /^f:1:10: this program reads version 1/,
  ],
  ['no sites', 'version: 1\n', /^f:1:1: sites is missing/],
  ['sites empty', 'version: 1\nsites: []\n', /^f:2:8: sites is empty/],
  [
    'unknown key',
    withPve('endpoint: [https://a]', auth),
    /^f:5:7: unknown key "endpoint" · did you mean endpoints\?/,
  ],
  ['bad id', issueShape.replace('id: home', 'id: my home'), /^f:3:9: this is not a site id/],
  [
    'id twice',
    `${issueShape}${issueShape.split('\n').slice(2).join('\n').replace('home', 'Home')}`,
    /^f:8:9: the site id Home is used twice/,
  ],
  [
    'http',
    withPve('endpoints: [http://a:8006]', auth),
    /^f:5:19: endpoint: only https:\/\/ is accepted here, not http/,
  ],
  [
    'script',
    withPve('endpoints: ["javascript:alert(1)"]', auth),
    /^f:5:19: endpoint: an address starts with https/,
  ],
  [
    'no scheme',
    withPve('endpoints: [192.168.1.10:8006]', auth),
    /^f:5:19: endpoint: an address starts with https/,
  ],
  [
    'credentials',
    withPve('endpoints: ["https://root:geheim@a:8006"]', auth),
    /^f:5:19: endpoint: an address may not carry a user/,
  ],
  [
    'option as host',
    withPve('endpoints: ["https://-oProxyCommand=x"]', auth),
    /^f:5:19: endpoint: /,
  ],
  [
    'path',
    withPve('endpoints: ["https://a:8006/api2/json"]', auth),
    /^f:5:19: endpoint: an address ends after the port/,
  ],
  [
    'endpoint twice',
    withPve('endpoints: [https://a, "https://A:8006"]', auth),
    /^f:5:30: https:\/\/a:8006 is listed twice/,
  ],
  ['no list', withPve('endpoints: https://a', auth), /^f:5:18: endpoints must be a list/],
  [
    'token without realm',
    withPve(endpoints, 'auth: {token: root!tui, secret: env:A}'),
    /^f:6:21: token: this is not a token id · write user@realm!tokenid/,
  ],
  [
    'token with its secret',
    withPve(endpoints, 'auth: {token: root@pam!tui=0-1-2, secret: env:A}'),
    /^f:6:21: token: the token carries its secret/,
  ],
  [
    'token and user',
    withPve(endpoints, 'auth: {token: root@pam!tui, password: env:A}'),
    /^f:6:13: auth has both a token and a user/,
  ],
  ['no secret', withPve(endpoints, 'auth: {token: root@pam!tui}'), /^f:6:13: secret is missing/],
  [
    'plain secret',
    withPve(endpoints, 'auth: {token: root@pam!tui, secret: geheim-123}'),
    /^f:6:43: secret looks like the secret itself, which may not stand in this file · write env:NAME/,
  ],
  [
    'number as secret',
    withPve(endpoints, 'auth: {user: a@pve, password: 12345}'),
    /^f:6:37: password must be a reference/,
  ],
  [
    'shell command',
    withPve(endpoints, 'auth: {token: root@pam!tui, secret: "cmd:pass show x"}'),
    /^f:6:43: cmd: needs a list of words; no shell reads it/,
  ],
  [
    'sha-1',
    withPve(endpoints, auth, `tls: {fingerprint: "${'AA:'.repeat(19)}AA"}`),
    /^f:7:26: fingerprint: this is a SHA-1 fingerprint/,
  ],
  [
    'short fingerprint',
    withPve(endpoints, auth, 'tls: {fingerprint: AA:BB}'),
    /^f:7:26: fingerprint: a fingerprint has 64 hexadecimal digits, this has 4/,
  ],
  [
    'two kinds of trust',
    withPve(endpoints, auth, 'tls: {ca: x, system: true}'),
    /^f:7:12: tls has ca and system/,
  ],
  [
    'system false',
    withPve(endpoints, auth, 'tls: {system: false}'),
    /^f:7:21: system can only be true/,
  ],
  [
    'insecure',
    withPve(endpoints, auth, 'tls: {insecure: true}'),
    /^f:7:13: unknown key "insecure"/,
  ],
  [
    'spice proxy',
    withPve(endpoints, auth, 'spice_proxy: https://a'),
    /^f:7:20: spice_proxy: only http:\/\/ is accepted here/,
  ],
  ['allow', `${issueShape}allow: [Node.Reboot]\n`, /^f:8:9: this is not an action id/],
];

for (const [name, text, expected] of wrong) {
  test(`wrong: ${name}`, () => {
    const problems = problemsOf(text);
    assert.ok(
      problems.some((line) => expected.test(line)),
      problems.join('\n') || 'no problem',
    );
    assert.doesNotMatch(problems.join('\n'), /geheim|12345|0-1-2/, 'a secret is repeated');
  });
}

test('several problems are told at once, in the order of the file', () => {
  const problems = problemsOf(
    withPve('endpoints: [http://a]', 'auth: {token: x, secret: y}', 'tls: {}'),
  );
  assert.deepEqual(
    problems.map((line) => line.split(':')[1]),
    ['5', '6', '6', '7'],
  );
});

test('aliases are followed, but not without limit', () => {
  const shared = `version: 1
sites:
  - id: one
    pve: {endpoints: [https://a], auth: &who {token: root@pam!tui, secret: env:A}}
  - id: two
    pve: {endpoints: [https://b], auth: *who}
`;
  assert.ok(parseHomelab(shared, context).ok);
  const bomb = `version: 1\nsites: &a [x]\nallow: [${'*a, '.repeat(60)}]\n`;
  assert.match(problemsOf(bomb).join('\n'), /^f:3:\d+: more than 50 aliases/m);
});

test('a file of nothing but brackets is refused and not crashed on', () => {
  assert.ok(problemsOf('['.repeat(200_000)).length > 0);
});
