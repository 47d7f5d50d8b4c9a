import { createHash } from 'node:crypto';
import { commandNode, startAllScript, stopAllScript, wakeNode } from '../../world/node-power.ts';
import type { TaskControl, TaskScript } from '../../world/tasks.ts';
import type { Call, Endpoint } from '../endpoint.ts';
import { died, notPermitted } from '../errors.ts';
import {
  nodeParameter,
  optionalFlag,
  optionalInteger,
  optionalText,
  text,
} from '../parameter-kinds.ts';
import { resourceRows } from '../resources.ts';

const mib = 2 ** 20;
const kernel = '6.17.2-1-pve';
const kernelBuild = '#1 SMP PREEMPT_DYNAMIC PMX 6.17.2-1 (2026-01-19T10:40Z)';

function list(call: Call): unknown[] {
  return resourceRows(call, 'node').map((row) => ({
    ...row,
    ssl_fingerprint: call.around.certificates(String(row.node)).fingerprint,
  }));
}

function status(call: Call): unknown {
  const { world } = call;
  const node = world.node(call.node);
  const guests = world.guestsOf(node.node).map((guest) => ({ guest, state: guest }));
  const figures = world.meter.node(node, guests, world.clock.seconds);
  const available = node.memory - figures.mem;
  return {
    cpu: figures.cpu,
    wait: figures.iowait,
    idle: 0,
    uptime: Math.max(0, world.clock.seconds - node.bootedAt),
    loadavg: figures.loadavg.map((load) => load.toFixed(2)),
    kversion: `Linux ${kernel} ${kernelBuild}`,
    'current-kernel': {
      sysname: 'Linux',
      release: kernel,
      version: kernelBuild,
      machine: 'x86_64',
    },
    pveversion: 'pve-manager/9.2.3/3f0d8bca5d1ae6c1',
    'boot-info': { mode: 'efi', secureboot: 0 },
    cpuinfo: {
      model: node.model,
      sockets: node.sockets,
      cores: node.cores,
      cpus: node.cpus,
      mhz: '3400.000',
      hvm: '1',
      user_hz: 100,
      flags: 'fpu vme de pse tsc msr pae mce cx8 apic sep mtrr vmx aes avx2',
    },
    memory: {
      total: node.memory,
      used: figures.mem,
      free: Math.round(available * 0.6),
      available,
    },
    swap: { total: 8192 * mib, used: 0, free: 8192 * mib },
    ksm: { shared: 0 },
    rootfs: {
      total: node.rootTotal,
      used: node.rootUsed,
      avail: node.rootTotal - node.rootUsed,
      free: node.rootTotal - node.rootUsed,
    },
  };
}

/** `100,101` → numbers; undefined = all */
function vmids(call: Call): number[] | undefined {
  return call
    .text('vms')
    ?.split(/[,;\s\0]+/)
    .filter(Boolean)
    .map(Number);
}

/** @throws ApiError 403 unless the caller may switch all of these guests */
function needPower(call: Call, vms: readonly number[] | undefined): void {
  if (call.may('/', 'VM.PowerMgmt')) return;
  if (vms === undefined) throw notPermitted('/, VM.PowerMgmt');
  for (const vmid of vms) call.need(`/vms/${vmid}`, 'VM.PowerMgmt');
}

function nodeTask(call: Call, type: string, script: (task: TaskControl) => TaskScript): string {
  return call.world.tasks.start({ node: call.node, type, id: '', auth: call.who }, script);
}

function startAll(call: Call): string {
  const vms = vmids(call);
  needPower(call, vms);
  const force = call.flag('force');
  const { world, node, who } = call;
  return nodeTask(call, 'startall', (task) =>
    startAllScript(world, node, task, { auth: who, vms, force }),
  );
}

function stopAll(call: Call): string {
  const vms = vmids(call);
  needPower(call, vms);
  const timeout = call.number('timeout') ?? 180;
  const forceStop = call.parameters['force-stop'] !== false;
  const { world, node, who } = call;
  return nodeTask(call, 'stopall', (task) =>
    stopAllScript(world, node, task, { auth: who, vms, timeout, forceStop }),
  );
}

function wake(call: Call): string {
  const { world, node } = call;
  if (node === call.connectedNode) {
    throw died(`cannot send wake on LAN packet to local node '${node}'!`);
  }
  const { mac } = world.node(node);
  wakeNode(world, node);
  return mac;
}

function hosts(call: Call): unknown {
  const lines = ['127.0.0.1 localhost.localdomain localhost'];
  for (const node of call.world.nodes.values()) {
    lines.push(`${node.ip} ${node.node}.homelab.lan ${node.node}`);
  }
  const data = `${lines.join('\n')}\n`;
  return { data, digest: createHash('sha1').update(data).digest('hex') };
}

function netstat(call: Call): unknown[] {
  const { world } = call;
  return world
    .guestsOf(call.node)
    .filter((guest) => guest.status === 'running')
    .map((guest) => {
      const { netin, netout } = world.meter.guest(guest, guest, world.clock.seconds);
      return { vmid: guest.vmid, dev: 'net0', in: String(netin), out: String(netout) };
    });
}

function time(call: Call): unknown {
  const { seconds } = call.world.clock;
  return { time: seconds, localtime: seconds, timezone: 'UTC' };
}

const audit = { path: '/nodes/{node}', privileges: ['Sys.Audit'] };
const power = { path: '/nodes/{node}', privileges: ['Sys.PowerMgmt'] };
const subdirs = [
  'apt',
  'certificates',
  'config',
  'disks',
  'dns',
  'hosts',
  'journal',
  'lxc',
  'netstat',
  'qemu',
  'rrddata',
  'services',
  'status',
  'storage',
  'subscription',
  'syslog',
  'tasks',
  'time',
  'version',
].map((name) => ({ name }));

function get(
  path: string,
  permission: Endpoint['permission'],
  handler: Endpoint['handler'],
): Endpoint {
  return {
    method: 'GET',
    path: `/nodes/{node}/${path}`,
    permission,
    proxyto: 'node',
    parameters: nodeParameter,
    handler,
  };
}

const all: readonly Endpoint[] = [
  {
    method: 'POST',
    path: '/nodes/{node}/startall',
    permission: 'all',
    proxyto: 'node',
    needsQuorum: true,
    parameters: {
      ...nodeParameter,
      force: optionalFlag(),
      'max-workers': optionalInteger({ minimum: 1, maximum: 64 }),
      vms: optionalText({ format: 'pve-vmid-list' }),
    },
    handler: startAll,
  },
  {
    method: 'POST',
    path: '/nodes/{node}/stopall',
    permission: 'all',
    proxyto: 'node',
    needsQuorum: true,
    parameters: {
      ...nodeParameter,
      'force-stop': optionalFlag(),
      'max-workers': optionalInteger({ minimum: 1, maximum: 64 }),
      timeout: optionalInteger({ minimum: 0, maximum: 7200 }),
      vms: optionalText({ format: 'pve-vmid-list' }),
    },
    handler: stopAll,
  },
];

export const nodeEndpoints: readonly Endpoint[] = [
  { method: 'GET', path: '/nodes', permission: 'all', parameters: {}, handler: list },
  {
    method: 'GET',
    path: '/nodes/{node}',
    permission: 'all',
    parameters: nodeParameter,
    handler: () => subdirs,
  },
  get('status', audit, status),
  {
    method: 'POST',
    path: '/nodes/{node}/status',
    permission: power,
    proxyto: 'node',
    parameters: { ...nodeParameter, command: text({ enum: ['reboot', 'shutdown'] }) },
    handler: (call) => {
      const command = call.required('command') === 'reboot' ? 'reboot' : 'shutdown';
      commandNode(call.world, call.node, command);
      return null;
    },
  },
  {
    method: 'POST',
    path: '/nodes/{node}/wakeonlan',
    permission: power,
    parameters: nodeParameter,
    handler: wake,
  },
  ...all,
  get('version', 'all', () => ({ version: '9.2.3', release: '9.2', repoid: '3f0d8bca5d1ae6c1' })),
  get('time', audit, time),
  get('dns', audit, () => ({ search: 'homelab.lan', dns1: '192.168.1.53', dns2: '9.9.9.9' })),
  get('hosts', { path: '/', privileges: ['Sys.Audit'] }, hosts),
  get('netstat', audit, netstat),
  get('subscription', 'all', () => ({
    status: 'notfound',
    message: 'There is no subscription key',
    url: 'https://www.proxmox.com/en/proxmox-virtual-environment/pricing',
  })),
];
