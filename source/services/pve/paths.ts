import type { Proxmox } from 'proxmox-api';

/** Every endpoint the client calls, `METHOD /template`. A new call is added here first; a test checks it against the schema. */
export const pveEndpoints = [
  'GET /version',
  'GET /access/permissions',
  'GET /cluster/resources',
  'GET /cluster/status',
  'GET /cluster/tasks',
  'GET /cluster/nextid',
  'GET /cluster/options',
  'GET /cluster/mapping/pci',
  'GET /cluster/mapping/usb',
  'GET /cluster/mapping/dir',
  'GET /cluster/backup',
  'GET /cluster/replication',
  'POST /cluster/replication',
  'GET /cluster/replication/{id}',
  'PUT /cluster/replication/{id}',
  'DELETE /cluster/replication/{id}',
  'GET /access/acl',
  'PUT /access/acl',
  'GET /access/users',
  'GET /access/groups',
  'GET /access/roles',
  'GET /pools',
  'GET /storage',
  'GET /nodes',
  'GET /nodes/{node}/status',
  'POST /nodes/{node}/status',
  'GET /nodes/{node}/rrddata',
  'GET /nodes/{node}/services',
  'POST /nodes/{node}/services/{service}/start',
  'POST /nodes/{node}/services/{service}/stop',
  'POST /nodes/{node}/services/{service}/restart',
  'POST /nodes/{node}/services/{service}/reload',
  'GET /nodes/{node}/disks/list',
  'GET /nodes/{node}/disks/smart',
  'GET /nodes/{node}/apt/update',
  'GET /nodes/{node}/certificates/info',
  'GET /nodes/{node}/journal',
  'GET /nodes/{node}/network',
  'GET /nodes/{node}/hardware/pci',
  'GET /nodes/{node}/hardware/pci/{pciid}/mdev',
  'GET /nodes/{node}/hardware/usb',
  'POST /nodes/{node}/wakeonlan',
  'POST /nodes/{node}/startall',
  'POST /nodes/{node}/stopall',
  'GET /nodes/{node}/storage/{storage}/content',
  'GET /nodes/{node}/storage/{storage}/content/{volume}',
  'PUT /nodes/{node}/storage/{storage}/content/{volume}',
  'DELETE /nodes/{node}/storage/{storage}/content/{volume}',
  'GET /nodes/{node}/storage/{storage}/prunebackups',
  'POST /nodes/{node}/vzdump',
  'GET /nodes/{node}/vzdump/defaults',
  'GET /nodes/{node}/vzdump/extractconfig',
  'GET /nodes/{node}/replication',
  'GET /nodes/{node}/replication/{id}/log',
  'POST /nodes/{node}/replication/{id}/schedule_now',
  'GET /nodes/{node}/tasks',
  'GET /nodes/{node}/tasks/{upid}/status',
  'GET /nodes/{node}/tasks/{upid}/log',
  'DELETE /nodes/{node}/tasks/{upid}',
  'GET /nodes/{node}/qemu/{vmid}/status/current',
  'GET /nodes/{node}/lxc/{vmid}/status/current',
  'GET /nodes/{node}/qemu/{vmid}/config',
  'GET /nodes/{node}/lxc/{vmid}/config',
  'GET /nodes/{node}/qemu/{vmid}/pending',
  'GET /nodes/{node}/lxc/{vmid}/pending',
  'GET /nodes/{node}/qemu/{vmid}/rrddata',
  'GET /nodes/{node}/lxc/{vmid}/rrddata',
  'GET /nodes/{node}/qemu/{vmid}/feature',
  'GET /nodes/{node}/lxc/{vmid}/feature',
  'GET /nodes/{node}/qemu/{vmid}/agent/network-get-interfaces',
  'GET /nodes/{node}/lxc/{vmid}/interfaces',
  'POST /nodes/{node}/qemu/{vmid}/status/start',
  'POST /nodes/{node}/qemu/{vmid}/status/stop',
  'POST /nodes/{node}/qemu/{vmid}/status/shutdown',
  'POST /nodes/{node}/qemu/{vmid}/status/reboot',
  'POST /nodes/{node}/qemu/{vmid}/status/reset',
  'POST /nodes/{node}/qemu/{vmid}/status/suspend',
  'POST /nodes/{node}/qemu/{vmid}/status/resume',
  'POST /nodes/{node}/lxc/{vmid}/status/start',
  'POST /nodes/{node}/lxc/{vmid}/status/stop',
  'POST /nodes/{node}/lxc/{vmid}/status/shutdown',
  'POST /nodes/{node}/lxc/{vmid}/status/reboot',
  'POST /nodes/{node}/lxc/{vmid}/status/suspend',
  'POST /nodes/{node}/lxc/{vmid}/status/resume',
  'GET /nodes/{node}/qemu/{vmid}/snapshot',
  'GET /nodes/{node}/lxc/{vmid}/snapshot',
  'POST /nodes/{node}/qemu/{vmid}/snapshot',
  'POST /nodes/{node}/lxc/{vmid}/snapshot',
  'DELETE /nodes/{node}/qemu/{vmid}/snapshot/{snapname}',
  'DELETE /nodes/{node}/lxc/{vmid}/snapshot/{snapname}',
  'PUT /nodes/{node}/qemu/{vmid}/snapshot/{snapname}/config',
  'PUT /nodes/{node}/lxc/{vmid}/snapshot/{snapname}/config',
  'POST /nodes/{node}/qemu/{vmid}/snapshot/{snapname}/rollback',
  'POST /nodes/{node}/lxc/{vmid}/snapshot/{snapname}/rollback',
  'POST /nodes/{node}/qemu/{vmid}/spiceproxy',
  'POST /nodes/{node}/lxc/{vmid}/spiceproxy',
  'POST /nodes/{node}/termproxy',
  'POST /nodes/{node}/qemu/{vmid}/termproxy',
  'POST /nodes/{node}/lxc/{vmid}/termproxy',
  'POST /nodes/{node}/qemu/{vmid}/vncproxy',
  'POST /nodes/{node}/lxc/{vmid}/vncproxy',
  'GET /nodes/{node}/vncwebsocket',
  'GET /nodes/{node}/qemu/{vmid}/vncwebsocket',
  'GET /nodes/{node}/lxc/{vmid}/vncwebsocket',
  'GET /nodes/{node}/apt/versions',
  'POST /nodes/{node}/qemu',
  'POST /nodes/{node}/lxc',
  'DELETE /nodes/{node}/qemu/{vmid}',
  'DELETE /nodes/{node}/lxc/{vmid}',
  'POST /nodes/{node}/qemu/{vmid}/clone',
  'POST /nodes/{node}/lxc/{vmid}/clone',
  'POST /nodes/{node}/qemu/{vmid}/template',
  'POST /nodes/{node}/lxc/{vmid}/template',
  'GET /nodes/{node}/qemu/{vmid}/migrate',
  'GET /nodes/{node}/lxc/{vmid}/migrate',
  'POST /nodes/{node}/qemu/{vmid}/migrate',
  'POST /nodes/{node}/lxc/{vmid}/migrate',
  'PUT /nodes/{node}/qemu/{vmid}/config',
  'POST /nodes/{node}/qemu/{vmid}/config',
  'PUT /nodes/{node}/lxc/{vmid}/config',
  'PUT /nodes/{node}/qemu/{vmid}/resize',
  'PUT /nodes/{node}/lxc/{vmid}/resize',
  'POST /nodes/{node}/qemu/{vmid}/move_disk',
  'POST /nodes/{node}/lxc/{vmid}/move_volume',
  'PUT /nodes/{node}/qemu/{vmid}/unlink',
  'GET /nodes/{node}/qemu/{vmid}/cloudinit',
  'PUT /nodes/{node}/qemu/{vmid}/cloudinit',
  'GET /nodes/{node}/qemu/{vmid}/cloudinit/dump',
  'GET /nodes/{node}/qemu/{vmid}/agent/get-osinfo',
  'GET /nodes/{node}/qemu/{vmid}/agent/get-fsinfo',
  'GET /nodes/{node}/qemu/{vmid}/agent/get-users',
  'GET /nodes/{node}/qemu/{vmid}/agent/get-host-name',
  'PUT /nodes/{node}/qemu/{vmid}/sendkey',
  'POST /nodes/{node}/qemu/{vmid}/monitor',
  'GET /nodes/{node}/qemu/{vmid}/firewall/rules',
  'POST /nodes/{node}/qemu/{vmid}/firewall/rules',
  'PUT /nodes/{node}/qemu/{vmid}/firewall/rules/{pos}',
  'DELETE /nodes/{node}/qemu/{vmid}/firewall/rules/{pos}',
  'GET /nodes/{node}/qemu/{vmid}/firewall/options',
  'PUT /nodes/{node}/qemu/{vmid}/firewall/options',
  'GET /nodes/{node}/qemu/{vmid}/firewall/aliases',
  'POST /nodes/{node}/qemu/{vmid}/firewall/aliases',
  'PUT /nodes/{node}/qemu/{vmid}/firewall/aliases/{name}',
  'DELETE /nodes/{node}/qemu/{vmid}/firewall/aliases/{name}',
  'GET /nodes/{node}/qemu/{vmid}/firewall/ipset',
  'POST /nodes/{node}/qemu/{vmid}/firewall/ipset',
  'GET /nodes/{node}/qemu/{vmid}/firewall/ipset/{name}',
  'POST /nodes/{node}/qemu/{vmid}/firewall/ipset/{name}',
  'DELETE /nodes/{node}/qemu/{vmid}/firewall/ipset/{name}',
  'DELETE /nodes/{node}/qemu/{vmid}/firewall/ipset/{name}/{cidr}',
  'GET /nodes/{node}/qemu/{vmid}/firewall/refs',
  'GET /nodes/{node}/qemu/{vmid}/firewall/log',
  'GET /nodes/{node}/lxc/{vmid}/firewall/rules',
  'POST /nodes/{node}/lxc/{vmid}/firewall/rules',
  'PUT /nodes/{node}/lxc/{vmid}/firewall/rules/{pos}',
  'DELETE /nodes/{node}/lxc/{vmid}/firewall/rules/{pos}',
  'GET /nodes/{node}/lxc/{vmid}/firewall/options',
  'PUT /nodes/{node}/lxc/{vmid}/firewall/options',
  'GET /nodes/{node}/lxc/{vmid}/firewall/aliases',
  'POST /nodes/{node}/lxc/{vmid}/firewall/aliases',
  'PUT /nodes/{node}/lxc/{vmid}/firewall/aliases/{name}',
  'DELETE /nodes/{node}/lxc/{vmid}/firewall/aliases/{name}',
  'GET /nodes/{node}/lxc/{vmid}/firewall/ipset',
  'POST /nodes/{node}/lxc/{vmid}/firewall/ipset',
  'GET /nodes/{node}/lxc/{vmid}/firewall/ipset/{name}',
  'POST /nodes/{node}/lxc/{vmid}/firewall/ipset/{name}',
  'DELETE /nodes/{node}/lxc/{vmid}/firewall/ipset/{name}',
  'DELETE /nodes/{node}/lxc/{vmid}/firewall/ipset/{name}/{cidr}',
  'GET /nodes/{node}/lxc/{vmid}/firewall/refs',
  'GET /nodes/{node}/lxc/{vmid}/firewall/log',
  'GET /cluster/firewall/options',
  'GET /cluster/firewall/macros',
  'GET /cluster/firewall/groups',
] as const;

export type PveEndpoint = (typeof pveEndpoints)[number];

/** Parameters that Proxmox VE 8.4 and 9.2 have and the package, made from 8.2, does not. */
interface Newer {
  'POST /nodes/{node}/qemu/{vmid}/status/stop': { 'overrule-shutdown'?: boolean };
  'POST /nodes/{node}/lxc/{vmid}/status/stop': { 'overrule-shutdown'?: boolean };
}

/** Endpoints that the package does not have, with their parameters. */
interface Later {
  /** Since 9.x. */
  'GET /nodes/{node}/lxc/{vmid}/migrate': { target?: string };
  /** Since 8.4. */
  'GET /cluster/mapping/dir': { 'check-node'?: string };
}

type Segments<P extends string> = P extends `/${infer Head}/${infer Rest}`
  ? [Head, ...Segments<`/${Rest}`>]
  : P extends `/${infer Last}`
    ? [Last]
    : [];

type Step<T, S extends string> = S extends `{${string}}`
  ? T extends { $(name: never): infer Next }
    ? Next
    : never
  : S extends keyof T
    ? T[S]
    : never;

type Walk<T, S> = S extends [infer Head extends string, ...infer Rest extends string[]]
  ? Walk<Step<T, Head>, Rest>
  : T;

type Verb<E extends string> = E extends `${infer Method} ${infer Path}`
  ? `$${Lowercase<Method>}` extends infer Key extends keyof Walk<Proxmox.Api, Segments<Path>>
    ? Walk<Proxmox.Api, Segments<Path>>[Key]
    : never
  : never;

type Sent<E extends string> =
  Verb<E> extends (...sent: infer A) => unknown
    ? A extends []
      ? object
      : NonNullable<A[0]>
    : never;

/** What may be sent to an endpoint, by the package's types. Distributes over a union of endpoints. */
export type ParametersOf<E extends PveEndpoint> = E extends keyof Later
  ? Later[E]
  : E extends PveEndpoint
    ? Sent<E> & (E extends keyof Newer ? Newer[E] : unknown)
    : never;

type Names<P extends string> = P extends `${string}{${infer Name}}${infer Rest}`
  ? Name | Names<Rest>
  : never;

/** The values an endpoint's path needs. */
export type VariablesOf<E extends PveEndpoint> = Readonly<Record<Names<E>, string | number>>;

type Strangers<E extends PveEndpoint> =
  E extends Exclude<PveEndpoint, keyof Later> ? ([Verb<E>] extends [never] ? E : never) : never;

/** Compile-time check: an endpoint that the package does not know makes this line an error that names it. */
export type EveryEndpointIsKnown = Expect<
  [Strangers<PveEndpoint>] extends [never] ? true : Strangers<PveEndpoint>
>;
type Expect<T extends true> = T;
