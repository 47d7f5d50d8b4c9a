import { PbsRefusal } from '../../world/pbs/host.ts';
import type { TaskScript } from '../../world/tasks.ts';
import type { PbsCall, PbsEndpoint } from '../endpoint.ts';
import { hostFigures } from '../host-figures.ts';
import { nodeParameters, rrdParameters, text } from '../kinds.ts';
import { hostRrd } from '../rrd.ts';

const kernel = {
  release: '6.17.2-1-pve',
  version: '#1 SMP PREEMPT_DYNAMIC PMX 6.17.2-1 (2026-05-12T08:30Z)',
};

function status(call: PbsCall): unknown {
  const { host, world } = call;
  const { seconds } = world.clock;
  const figures = hostFigures(host, seconds);
  return {
    ...figures,
    uptime: seconds - host.bootedAt,
    kversion: `Linux ${kernel.release} ${kernel.version}`,
    'current-kernel': { sysname: 'Linux', machine: 'x86_64', ...kernel },
    cpuinfo: { model: 'Intel(R) N100', sockets: 1, cpus: 4 },
    'boot-info': { mode: 'efi', secureboot: false },
    info: { fingerprint: call.fingerprint },
  };
}

function services(call: PbsCall): unknown[] {
  return call.host.services.map(({ service, desc, state, unitState }) => ({
    service,
    name: service,
    desc,
    state,
    'unit-state': unitState,
  }));
}

type Verb = 'start' | 'stop' | 'restart' | 'reload';

function serviceTask(call: PbsCall, verb: Verb): string {
  const name = call.required('service');
  const service = call.host.services.find((one) => one.service === name);
  if (!service) throw new PbsRefusal(`unknown service name '${name}'`);
  if (verb === 'stop' && /^proxmox-backup/.test(name)) {
    throw new PbsRefusal(`invalid service cmd '${name} stop'`);
  }
  const work = function* (): TaskScript {
    yield 1;
    const running = verb !== 'stop';
    service.state = running ? 'running' : 'dead';
    service.activeState = running ? 'active' : 'inactive';
  };
  return call.host.tasks.start(
    { node: call.host.name, type: `srv${verb}`, id: name, auth: call.who },
    (task) => {
      task.log(`${verb === 'stop' ? 'stopping' : `${verb}ing`} service ${name}`);
      return work();
    },
  );
}

/** Off it stays until somebody presses its button, in the demo: the fault switch. A reboot takes a minute. */
function power(call: PbsCall): null {
  const { host, world } = call;
  const reboot = call.required('command') === 'reboot';
  world.clock.after(2, () => {
    for (const task of host.tasks.running()) host.tasks.kill(task.upid, 'lost');
    host.place.down = true;
    if (reboot) {
      world.clock.after(60, () => {
        host.place.down = false;
      });
    }
  });
  return null;
}

const verbs: readonly Verb[] = ['start', 'stop', 'restart', 'reload'];
const name = text({ maxLength: 256 });

export const nodeEndpoints: readonly PbsEndpoint[] = [
  {
    method: 'GET',
    path: '/nodes/{node}/status',
    permission: [{ path: '/system/status', privileges: ['Sys.Audit'] }],
    parameters: nodeParameters,
    handler: status,
  },
  {
    method: 'POST',
    path: '/nodes/{node}/status',
    permission: [{ path: '/system/status', privileges: ['Sys.PowerManagement'] }],
    parameters: { ...nodeParameters, command: text({ enum: ['reboot', 'shutdown'] }) },
    handler: power,
  },
  {
    method: 'GET',
    path: '/nodes/{node}/rrd',
    permission: [{ path: '/system/status', privileges: ['Sys.Audit'] }],
    parameters: { ...nodeParameters, ...rrdParameters },
    handler: (call) => hostRrd(call.host, call.required('timeframe')),
  },
  {
    method: 'GET',
    path: '/nodes/{node}/time',
    permission: 'all',
    parameters: nodeParameters,
    handler: ({ world }) => ({
      time: world.clock.seconds,
      localtime: world.clock.seconds,
      timezone: 'UTC',
    }),
  },
  {
    method: 'GET',
    path: '/nodes/{node}/identity',
    permission: 'all',
    parameters: { node: { ...nodeParameters.node, type: 'string', optional: true } },
    handler: ({ host, world }) => ({
      'pbs-instance-id': world.noise
        .hex(`pbs/identity/${host.name}`, 32)
        .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5'),
    }),
  },
  {
    method: 'GET',
    path: '/nodes/{node}/services',
    permission: [{ path: '/system/services', privileges: ['Sys.Audit'] }],
    parameters: nodeParameters,
    handler: services,
  },
  ...verbs.map(
    (verb): PbsEndpoint => ({
      method: 'POST',
      path: `/nodes/{node}/services/{service}/${verb}`,
      permission: [{ path: '/system/services/{service}', privileges: ['Sys.Modify'] }],
      parameters: { ...nodeParameters, service: name },
      handler: (call) => serviceTask(call, verb),
    }),
  ),
  {
    method: 'GET',
    path: '/nodes/{node}/subscription',
    permission: 'all',
    parameters: nodeParameters,
    handler: () => ({
      status: 'notfound',
      message: 'There is no subscription key',
      url: 'https://www.proxmox.com/en/proxmox-backup-server/pricing',
    }),
  },
  {
    method: 'GET',
    path: '/nodes/{node}/apt/update',
    permission: [{ path: '/', privileges: ['Sys.Audit'] }],
    parameters: nodeParameters,
    handler: () => [
      {
        Package: 'proxmox-backup-server',
        Title: 'Proxmox Backup Server daemon with tools and GUI',
        Description: 'This package contains the daemons of the backup server.',
        Arch: 'amd64',
        Version: '4.2.7-1',
        OldVersion: '4.2.6-1',
        Origin: 'Proxmox',
        Priority: 'optional',
        Section: 'admin',
      },
    ],
  },
];
