import assert from 'node:assert/strict';
import test from 'node:test';
import {
  cidr4Problem,
  cidr6Problem,
  cidrProblem,
  ip4ConfigProblem,
  ip6ConfigProblem,
  ipProblem,
  isIpv6,
  nameserversProblem,
} from '../../../source/domain/address.ts';
import * as values from '../../../source/domain/guest-values.ts';
import { sanitise } from '../../../source/domain/safe-text.ts';

type Check = (text: string) => string | undefined;

/** Every rule with what PVE takes and what it refuses, at the edges. */
const rules: readonly [string, Check, good: readonly string[], bad: readonly string[]][] = [
  [
    'MAC',
    values.macProblem,
    ['BC:24:11:00:00:01', 'bc:24:11:aa:bb:cc', '02:00:00:00:00:00'],
    [
      '',
      'BC-24-11-00-00-01',
      'BC:24:11:00:00',
      'BD:24:11:00:00:01',
      'ff:ff:ff:ff:ff:ff',
      'GG:24:11:00:00:01',
    ],
  ],
  ['VLAN', values.vlanProblem, ['1', '4094'], ['0', '4095', '-1', '1.5', '', 'x']],
  ['trunks', values.trunksProblem, ['2', '2;10-20'], ['2,3', '4095', '2;', '10-5000']],
  ['size', values.sizeProblem, ['8G', '512M', '1.5T'], ['', '0', '0G', '8GB', '+8G']],
  [
    'growth of 32 GiB',
    (text) => values.growProblem(text, 32 * 2 ** 30),
    ['+10G', '+1M', '40G', '1T'],
    ['32G', '8G', '+0G', '-8G', '+', ''],
  ],
  [
    'DNS name',
    values.dnsNameProblem,
    ['web01', 'a', 'web-01.lan', '9lives', 'X1.Y2.z'],
    ['', '-a', 'a-', 'a..b', 'a.', 'web_01', 'web 01', 'wéb', 'a.-b'],
  ],
  ['VM name', (text) => values.guestNameProblem(text, 'qemu'), ['a'.repeat(300)], ['a b']],
  [
    'host name',
    (text) => values.guestNameProblem(text, 'lxc'),
    ['a'.repeat(255)],
    ['a'.repeat(256)],
  ],
  [
    'tag',
    values.tagProblem,
    ['prod', '_x', '9', 'a-b+c.d', 'Prod'],
    ['', '-a', '.a', '+a', 'a b', 'ä', 'a;b'],
  ],
  ['tags', values.tagsProblem, ['', 'prod;web', 'prod, web  x'], ['prod;-x', 'ok ä']],
  [
    'storage',
    values.storageProblem,
    ['local', 'local-zfs', 'n1', 'a.b_c'],
    ['', 'a', '1a', 'a-', 'a b', 'a/b'],
  ],
  [
    'volume',
    values.volidProblem,
    ['local:iso/x.iso', 'local-lvm:vm-100-disk-0', 'nas:100/vm-100-disk-0.qcow2'],
    ['', 'local', 'local:', ':x', '-:x', 'local:a,b', 'local:a\nb'],
  ],
  [
    'ISO',
    values.isoProblem,
    ['local:iso/a.iso', 'local:iso/A.IMG', 'none', 'cdrom'],
    ['', 'local:vztmpl/a.zst', 'a.iso'],
  ],
  [
    'template',
    values.templateProblem,
    ['local:vztmpl/debian.tar.zst'],
    ['', 'local:iso/a.iso', 'local:vztmpl/'],
  ],
  [
    'mount point',
    values.mountpointProblem,
    ['/srv', '/srv/a..b'],
    ['', '/', 'srv', '/srv/../etc', '/a,b', '/..'],
  ],
  [
    'interface',
    values.interfaceProblem,
    ['vmbr0', 'eth0', 'a.b-c_d'],
    ['', 'a b', 'a'.repeat(16), 'ä'],
  ],
  [
    'startup',
    values.startupProblem,
    ['', '1', 'order=1,up=30,down=60', 'down=5'],
    ['order=x', 'order=-1', 'later=1', 'up='],
  ],
  [
    'cores of a VM',
    (text) => values.coresProblem(text, 'qemu'),
    ['1', '9000'],
    ['0', '', '1.5', 'two'],
  ],
  ['cores of a container', (text) => values.coresProblem(text, 'lxc'), ['8192'], ['8193']],
  ['sockets', values.socketsProblem, ['1', '4'], ['0', '-1']],
  [
    'CPU limit of a VM',
    (text) => values.cpulimitProblem(text, 'qemu'),
    ['0', '1.5', '128'],
    ['129', '-1', 'x', ''],
  ],
  ['CPU limit of a container', (text) => values.cpulimitProblem(text, 'lxc'), ['8192'], ['8193']],
  [
    'CPU units of a VM',
    (text) => values.cpuunitsProblem(text, 'qemu'),
    ['1', '262144'],
    ['0', '262145'],
  ],
  [
    'CPU units of a container',
    (text) => values.cpuunitsProblem(text, 'lxc'),
    ['0', '500000'],
    ['500001'],
  ],
  ['memory', values.memoryProblem, ['16', '1048576'], ['15', '0', '', '1.5', '2G']],
  [
    'balloon of 2048 MiB',
    (text) => values.balloonProblem(text, 2048),
    ['0', '2048'],
    ['2049', '-1', ''],
  ],
  ['swap', values.swapProblem, ['0', '512'], ['-1', 'x']],
  ['rate', values.rateProblem, ['0', '12.5'], ['-1', 'fast', '']],
  ['MTU of a VM', (text) => values.mtuProblem(text, 'qemu'), ['1', '65520'], ['0', '65521']],
  [
    'MTU of a container',
    (text) => values.mtuProblem(text, 'lxc'),
    ['64', '65535'],
    ['63', '65536'],
  ],
  ['vmid', values.vmidProblem, ['100', '999999999'], ['99', '1000000000', '', '1e3', '10.5']],
  ['pool', values.poolProblem, ['prod', 'a/b/c', 'a.b_c-1'], ['', 'a/b/c/d', 'a b', '/a']],
  ['password', values.passwordProblem, ['12345'], ['', '1234']],
  [
    'SSH keys',
    values.sshKeysProblem,
    [
      '',
      `ssh-ed25519 ${'A'.repeat(68)} me@laptop`,
      `# mine\n\nssh-rsa ${'A'.repeat(200)}==\nno-pty ecdsa-sha2-nistp256 ${'A'.repeat(100)}=`,
    ],
    [
      'hello',
      'ssh-ed25519 short',
      `ssh-ed25519 ${'A'.repeat(68)}\n-----BEGIN OPENSSH PRIVATE KEY-----`,
    ],
  ],
  [
    'IPv4 CIDR',
    cidr4Problem,
    ['192.168.1.10/24', '10.0.0.0/8', '1.1.1.1/32'],
    [
      '',
      '192.168.1.10',
      '10.0.0.0/7',
      '1.1.1.1/33',
      '256.1.1.1/24',
      '1.1.1/24',
      '01.1.1.1/24',
      '1.1.1.1/24/1',
    ],
  ],
  [
    'IPv6 CIDR',
    cidr6Problem,
    ['fd00::10/64', '::1/128', '1:2:3:4:5:6:7:8/8'],
    ['', 'fd00::10', 'fd00::1/129', 'fd00::1/7', 'fd00::1::2/64', '1.1.1.1/24'],
  ],
  ['CIDR', cidrProblem, ['10.0.0.1/24', 'fd00::1/64'], ['10.0.0.1', 'fd00::1', 'x']],
  ['ip= of cloud-init', ip4ConfigProblem, ['dhcp', '10.0.0.1/24'], ['manual', '', '10.0.0.1']],
  [
    'ip= of a container',
    (text) => ip4ConfigProblem(text, ['dhcp', 'manual']),
    ['manual'],
    ['auto'],
  ],
  ['ip6=', ip6ConfigProblem, ['auto', 'dhcp', 'fd00::1/64'], ['manual', '10.0.0.1/24']],
  [
    'IP',
    ipProblem,
    ['10.0.0.1', 'fd00::1', '::ffff:10.0.0.1'],
    ['', '10.0.0', 'fe80::1%eth0', ':::', '1:2'],
  ],
  [
    'name servers',
    nameserversProblem,
    ['', '1.1.1.1', '1.1.1.1 fd00::1', '1.1.1.1,9.9.9.9'],
    ['dns.lan', '1.1.1.1 x'],
  ],
];

for (const [name, check, good, bad] of rules) {
  test(`${name}: what PVE takes is let through, what it refuses is told in a few words`, () => {
    for (const text of good) assert.equal(check(text), undefined, JSON.stringify(text));
    for (const text of bad) {
      const problem = check(text);
      assert.ok(problem, JSON.stringify(text));
      assert.ok(problem.length <= 60, problem);
      assert.doesNotMatch(problem, /\w[.!]$|undefined|NaN/);
    }
  });
}

test('trunks of a container have no ranges', () => {
  assert.equal(values.trunksProblem('2;10', 'lxc'), undefined);
  assert.ok(values.trunksProblem('2;10-20', 'lxc'));
});

test('a boot order names devices of the VM, each once', () => {
  const entries = {
    scsi0: sanitise('a:b,size=1G'),
    net0: sanitise('virtio'),
    unused0: sanitise('a:c'),
  };
  assert.equal(values.bootOrderProblem(['net0', 'scsi0'], { entries }), undefined);
  assert.equal(values.bootOrderProblem([], { entries }), undefined);
  assert.match(values.bootOrderProblem(['scsi1'], { entries }) ?? '', /scsi1/);
  assert.match(values.bootOrderProblem(['unused0'], { entries }) ?? '', /unused0/);
  assert.match(values.bootOrderProblem(['net0', 'net0'], { entries }) ?? '', /twice/);
});

test('IPv6 in its many forms', () => {
  for (const good of ['::', '::1', '1::', 'fe80::1:2', '1:2:3:4:5:6:7::', '1:2:3:4:5:6:1.2.3.4']) {
    assert.equal(isIpv6(good), true, good);
  }
  for (const bad of [
    '',
    ':',
    '1:2:3:4:5:6:7:8:9',
    '1:2:3:4:5:6:7:8::',
    'g::',
    '12345::',
    '::1.2.3.256',
    '1::2::3',
  ]) {
    assert.equal(isIpv6(bad), false, bad);
  }
});

test('tags are each taken once', () => {
  assert.deepEqual(values.parseTags('prod;web, prod  x;'), ['prod', 'web', 'x']);
});
