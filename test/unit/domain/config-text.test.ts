import assert from 'node:assert/strict';
import test from 'node:test';
import { differenceOf, parseConfig, printConfig } from '../../../source/domain/config-text.ts';

const config = {
  memory: '2048',
  cores: '2',
  description: 'Web server\n\nMind the *step*\n',
  net1: 'virtio=BC:24:11:00:00:02,bridge=vmbr0',
  net0: 'virtio=BC:24:11:00:00:01,bridge=vmbr0,tag=10',
  net10: 'virtio=BC:24:11:00:00:03,bridge=vmbr0',
  sshkeys: 'ssh-ed25519 AAAA a@b\nssh-ed25519 BBBB c@d\n',
  boot: 'order=scsi0;net0',
};

function parsed(text: string) {
  const result = parseConfig(text);
  assert.ok(result.ok, result.ok ? '' : result.failure.what);
  return result.value;
}

test('a configuration is printed as a file of /etc/pve shows it', () => {
  const lines = printConfig(config).split('\n');
  assert.deepEqual(lines.slice(0, 5), [
    '#Web server',
    '#',
    '#Mind the *step*',
    'boot: order=scsi0;net0',
    'cores: 2',
  ]);
  assert.deepEqual(
    lines.filter((line) => line.startsWith('net')).map((line) => line.split(':')[0]),
    ['net0', 'net1', 'net10'],
  );
  assert.equal(lines.at(-1), '', 'the file ends with a line break');
  assert.ok(lines.some((line) => line.startsWith('sshkeys: ssh-ed25519%20AAAA')));
});

test('what was not touched changes nothing', () => {
  assert.deepEqual(differenceOf(config, parsed(printConfig(config))), { set: {}, gone: [] });
});

test('changed, new, emptied and missing lines', () => {
  const text = printConfig(config)
    .replace('memory: 2048', 'memory: 4096')
    .replace(/net1: .*\n/, '')
    .replace('cores: 2', 'cores:')
    .replace('#Web server', '#Web server of the house');
  assert.deepEqual(differenceOf(config, parsed(`${text}onboot: 1\n`)), {
    set: {
      memory: '4096',
      onboot: '1',
      description: 'Web server of the house\n\nMind the *step*',
    },
    gone: ['cores', 'net1'],
  });
  const bare = printConfig(config).replace(/^#.*\n/gm, '');
  assert.deepEqual(differenceOf(config, parsed(bare)).gone, ['description']);
});

test('what is no configuration is refused with its line', () => {
  const problem = (text: string) => {
    const result = parseConfig(text);
    return result.ok ? '' : String(result.failure.what);
  };
  assert.match(problem('cores: 2\nmemory 2048\n'), /^Line 2: not like "key: value": memory 2048/);
  assert.match(problem('cores: 2\ncores: 4\n'), /^Line 2: cores is there twice/);
  assert.match(problem('cores: 2\n\n[before]\ncores: 1\n'), /^Line 3: sections of snapshots/);
  assert.match(problem('sshkeys: 100%\n'), /URL-encoded/);
  assert.deepEqual(parsed('cores: 2\r\n\r\nmemory: 512  \r\n'), { cores: '2', memory: '512' });
});
