import type { FirewallFile, FirewallRecord } from '../../world/firewall.ts';
import { macros } from '../../world/firewall-macros.ts';
import { items } from '../config-values.ts';
import { type Call, type Endpoint, Page, type ParameterTable } from '../endpoint.ts';
import { parameterErrors } from '../errors.ts';
import {
  digestParameter,
  type FirewallPlace,
  guestPlace,
  recordDigest,
  refuseChanged,
  saved,
  withDigest,
} from '../firewall-access.ts';
import { optionalFlag, optionalInteger, optionalText } from '../parameter-kinds.ts';
import { aliasRows, nameEndpoints, setRows } from './firewall-names.ts';
import { logLevels, ruleEndpoints } from './firewall-rules.ts';

const policy = optionalText({ enum: ['ACCEPT', 'REJECT', 'DROP'] });
const level = optionalText({ enum: logLevels });

const guestOptions: ParameterTable = {
  dhcp: optionalFlag(),
  enable: optionalFlag(),
  ipfilter: optionalFlag(),
  log_level_in: level,
  log_level_out: level,
  macfilter: optionalFlag(),
  ndp: optionalFlag(),
  policy_in: policy,
  policy_out: policy,
  radv: optionalFlag(),
};

function setOptions(call: Call, file: FirewallFile): null {
  refuseChanged(call, recordDigest(file.options));
  const options: FirewallRecord = { ...file.options };
  for (const name of items(call.text('delete'))) {
    if (!(name in guestOptions)) throw parameterErrors({ delete: `no such option '${name}'` });
    delete options[name];
  }
  for (const name of Object.keys(guestOptions)) {
    const value = call.parameters[name];
    if (value === undefined) continue;
    options[name] = typeof value === 'boolean' ? (value ? 1 : 0) : String(value);
  }
  file.options = options;
  return saved(call);
}

/** Lines of one guest in its node's log, numbered among themselves. */
function log(call: Call): Page {
  const vmid = call.number('vmid') ?? 0;
  const all = call.world.firewalls.log.filter(
    (line) => line.vmid === vmid && line.node === call.node,
  );
  const start = call.number('start') ?? 0;
  const limit = call.number('limit') ?? 50;
  if (all.length === 0) return new Page([{ n: 1, t: 'no content' }], 1);
  const end = limit === 0 ? all.length : start + limit;
  const lines = all.slice(start, end).map(({ text }, at) => ({ n: start + at + 1, t: text }));
  return new Page(lines, all.length);
}

/** Names that a rule may use. */
function refs(file: FirewallFile, scope: string, type: string | undefined): unknown[] {
  const row = (kind: string, mark: string) => (each: FirewallRecord) => ({
    type: kind,
    name: each.name,
    ref: `${mark}${each.name}`,
    scope,
    ...(each.comment === undefined ? {} : { comment: each.comment }),
  });
  return [
    ...(type === 'alias' ? [] : setRows(file).map(row('ipset', '+'))),
    ...(type === 'ipset' ? [] : aliasRows(file).map(row('alias', ''))),
  ];
}

const refType = optionalText({ enum: ['alias', 'ipset'] });
const index = ['rules', 'aliases', 'ipset', 'refs', 'options'].map((name) => ({ name }));

function guestEndpoints(place: FirewallPlace): Endpoint[] {
  const { path, parameters, file } = place;
  return [
    ...ruleEndpoints(place),
    ...nameEndpoints(place),
    { method: 'GET', path, permission: 'all', parameters, handler: () => index },
    {
      method: 'GET',
      path: `${path}/options`,
      permission: place.audit,
      proxyto: 'node',
      parameters,
      handler: (call) => {
        const { options } = file(call);
        return { ...options, digest: recordDigest(options) };
      },
    },
    {
      method: 'PUT',
      path: `${path}/options`,
      permission: place.modify,
      proxyto: 'node',
      needsQuorum: true,
      parameters: {
        ...parameters,
        ...guestOptions,
        delete: optionalText({ format: 'pve-configid-list' }),
        digest: digestParameter,
      },
      handler: (call) => setOptions(call, file(call)),
    },
    {
      method: 'GET',
      path: `${path}/log`,
      permission: { path: '/vms/{vmid}', privileges: ['VM.Console'] },
      proxyto: 'node',
      parameters: {
        ...parameters,
        start: optionalInteger({ minimum: 0 }),
        limit: optionalInteger({ minimum: 0 }),
        since: optionalInteger({ minimum: 0 }),
        until: optionalInteger({ minimum: 0 }),
      },
      handler: log,
    },
    {
      method: 'GET',
      path: `${path}/refs`,
      permission: place.audit,
      parameters: { ...parameters, type: refType },
      handler: (call) => [
        ...refs(call.world.firewalls.cluster, 'dc', call.text('type')),
        ...refs(file(call), 'guest', call.text('type')),
      ],
    },
  ];
}

const rootAudit = { path: '/', privileges: ['Sys.Audit'] };

/** What of the datacenter's firewall is read. */
const clusterEndpoints: readonly Endpoint[] = [
  {
    method: 'GET',
    path: '/cluster/firewall/options',
    permission: rootAudit,
    parameters: {},
    handler: ({ world }) => {
      const { options } = world.firewalls.cluster;
      return { ...options, digest: recordDigest(options) };
    },
  },
  {
    method: 'GET',
    path: '/cluster/firewall/macros',
    permission: 'all',
    parameters: {},
    handler: () =>
      Object.entries(macros)
        .reverse()
        .map(([macro, { descr }]) => ({ macro, descr })),
  },
  {
    method: 'GET',
    path: '/cluster/firewall/groups',
    permission: 'all',
    parameters: {},
    handler: ({ world }) =>
      withDigest(
        Object.entries(world.firewalls.cluster.groups).map(([group, { comment }]) => ({
          group,
          ...(comment === undefined ? {} : { comment }),
        })),
      ),
  },
  {
    method: 'GET',
    path: '/cluster/firewall/refs',
    permission: rootAudit,
    parameters: { type: refType },
    handler: (call) => refs(call.world.firewalls.cluster, 'dc', call.text('type')),
  },
  {
    method: 'GET',
    path: '/cluster/firewall/aliases',
    permission: rootAudit,
    parameters: {},
    handler: ({ world }) => withDigest(aliasRows(world.firewalls.cluster)),
  },
  {
    method: 'GET',
    path: '/cluster/firewall/ipset',
    permission: rootAudit,
    parameters: {},
    handler: ({ world }) => withDigest(setRows(world.firewalls.cluster)),
  },
];

export const firewallEndpoints: readonly Endpoint[] = [
  ...guestEndpoints(guestPlace('qemu')),
  ...guestEndpoints(guestPlace('lxc')),
  ...clusterEndpoints,
];
