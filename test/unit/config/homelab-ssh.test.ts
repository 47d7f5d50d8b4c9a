import assert from 'node:assert/strict';
import test from 'node:test';
import { parseHomelab } from '../../../source/config/homelab-file.ts';
import { describeProblem } from '../../../source/config/homelab-problem.ts';

const context = { home: '/home/ann', directory: '/home/ann/.config/homelab-tui' };

/** A file with one site and the given lines as its `ssh` block. */
function withSsh(...lines: string[]): string {
  return [
    'version: 1',
    'sites:',
    '  - id: home',
    '    pve:',
    '      endpoints: [https://192.168.1.10:8006]',
    '      auth: {token: root@pam!tui, secret: env:PVE_SECRET}',
    ...lines.map((line) => `    ${line}`),
    '',
  ].join('\n');
}

function problemsOf(text: string): string[] {
  const parsed = parseHomelab(text, context);
  return parsed.ok ? [] : parsed.problems.map((problem) => describeProblem('f', problem));
}

test('nodes and guests by name, and the files of ssh', () => {
  const parsed = parseHomelab(
    withSsh(
      'ssh:',
      '  user: root',
      '  hosts: {pve1: lab-one, pve2: admin@192.168.1.11:2222}',
      '  guests: {101: deploy@web.lan}',
      '  config: ~/lab/ssh_config',
      '  known_hosts: known_hosts',
      '  identity_file: ~/.ssh/id_lab',
    ),
    context,
  );
  assert.ok(parsed.ok);
  assert.deepEqual(parsed.homelab.sites[0]?.ssh, {
    user: 'root',
    hosts: { pve1: 'lab-one', pve2: 'admin@192.168.1.11:2222' },
    guests: { 101: 'deploy@web.lan' },
    config: '/home/ann/lab/ssh_config',
    knownHosts: '/home/ann/.config/homelab-tui/known_hosts',
    identityFile: '/home/ann/.ssh/id_lab',
  });
});

test('a site without ssh has none', () => {
  const parsed = parseHomelab(withSsh(), context);
  assert.ok(parsed.ok);
  assert.equal(parsed.homelab.sites[0]?.ssh, undefined);
});

test('what is wrong is told by line and column', () => {
  const wrong = problemsOf(
    withSsh(
      'ssh:',
      '  usr: root',
      '  user: root@pve1',
      '  hosts: {pve1: -oProxyCommand=id, "a b": pve2}',
      '  guests: {99: web.lan, 101: "web lan"}',
      "  known_hosts: 'a\"b'",
    ),
  );
  assert.deepEqual(wrong, [
    'f:8:7: unknown key "usr" · did you mean user?',
    'f:9:13: user: this is not a user name · write the name alone, for example root',
    'f:10:21: pve1: this is not an SSH host · write host, user@host or user@host:port',
    'f:10:40: this is not the name of a node · for example hosts: {pve1: 192.168.1.10}',
    'f:11:16: this is not a VMID · for example guests: {101: admin@web.lan}',
    'f:11:34: 101: this is not an SSH host · write host, user@host or user@host:port',
    'f:12:20: known_hosts: a path here has no quotes and no control characters',
  ]);
});

test('blocks of the wrong kind', () => {
  assert.match(problemsOf(withSsh('ssh: root')).join('\n'), /ssh must be a mapping/);
  assert.match(problemsOf(withSsh('ssh: {hosts: [pve1]}')).join('\n'), /hosts must be a mapping/);
});
