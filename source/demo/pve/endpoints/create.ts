import { parseSize } from '../../world/disks.ts';
import {
  type Creation,
  checkCreation,
  createScript,
  wantedStorages,
} from '../../world/guest-create.ts';
import type { ConfigValue, GuestType } from '../../world/model.ts';
import { containerCreateParameters, vmCreateParameters } from '../config-parameters.ts';
import { checkChange } from '../config-privileges.ts';
import { asConfigValue, checkTogether } from '../config-values.ts';
import type { Call, Endpoint } from '../endpoint.ts';
import { died, parameterErrors } from '../errors.ts';
import { needAllocate, notInDemo } from '../guest-access.ts';
import { nodeParameter } from '../parameter-kinds.ts';

const control = new Set([
  ...['node', 'vmid', 'pool', 'start', 'ha-managed', 'storage', 'bwlimit', 'unique', 'force'],
  ...['ostemplate', 'password', 'ssh-public-keys', 'archive', 'restore', 'live-restore'],
  ...['ignore-unpack-errors', 'import-working-storage', 'template'],
]);
const publicKey = /^(?:ssh-(?:rsa|ed25519|dss)|ecdsa-sha2-\S+|sk-\S+) [A-Za-z0-9+/]+=*(?: .*)?$/;

function checkKeys(call: Call): void {
  const keys = call.text('ssh-public-keys');
  const lines = (keys ?? '')
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.startsWith('#'));
  if (lines.some((line) => !publicKey.test(line.trim())))
    throw died('SSH public key validation error');
}

function settings(call: Call, type: GuestType): Map<string, ConfigValue> {
  const { world } = call;
  const vmid = call.number('vmid') ?? 0;
  const found = new Map<string, ConfigValue>();
  for (const [name, raw] of Object.entries(call.parameters)) {
    if (control.has(name)) continue;
    const key = name === 'cdrom' ? 'ide2' : name;
    found.set(key, asConfigValue(world, { vmid, type }, key, raw));
  }
  if (type === 'lxc' && !found.has('rootfs')) {
    found.set('rootfs', `${call.text('storage') ?? 'local'}:4`);
  }
  return found;
}

function refuseForeign(call: Call): void {
  notInDemo(call, 'archive', 'restore', 'live-restore', 'force', 'unique', 'template');
  const imported = Object.entries(call.parameters).find(([, value]) =>
    /(?:^|,)import-from=/.test(String(value)),
  );
  if (imported) throw died(`the demo homelab does not support 'import-from' here`);
}

function create(call: Call, type: GuestType): string {
  refuseForeign(call);
  const { world, node } = call;
  const vmid = call.number('vmid') ?? 0;
  const pool = call.text('pool');
  needAllocate(call, vmid, pool);
  if (pool !== undefined) call.need(`/pool/${pool}`, 'VM.Allocate');
  const told = settings(call, type);
  for (const [key, after] of told)
    checkChange(call, { vmid, type, key, before: undefined, after, pool });
  for (const storage of wantedStorages(told).values()) {
    call.need(`/storage/${storage}`, 'Datastore.AllocateSpace');
  }
  checkTogether(call, type, (key) => (told.has(key) ? String(told.get(key)) : undefined));
  const disks = [...told].filter(([key]) => key === 'rootfs');
  if (disks.some(([, value]) => parseSize(String(value).split(':')[1]?.split(',')[0]) === 0)) {
    throw parameterErrors({ rootfs: 'unable to parse size' });
  }
  const ostemplate = call.text('ostemplate');
  if (ostemplate !== undefined) checkTemplate(call, ostemplate);
  checkKeys(call);
  const wish: Creation = {
    vmid,
    type,
    node,
    pool,
    settings: told,
    start: call.flag('start'),
    ha: call.flag('ha-managed'),
    ...(ostemplate === undefined ? {} : { ostemplate }),
    auth: call.who,
  };
  checkCreation(world, wish);
  return world.tasks.start(
    { node, type: type === 'qemu' ? 'qmcreate' : 'vzcreate', id: String(vmid), auth: call.who },
    (task) => createScript(world, task, wish),
  );
}

/** The archive is looked for by the task; that its name can be one is checked at once. */
function checkTemplate(call: Call, volid: string): void {
  const match = /^([a-z][a-z0-9\-_.]*):(vztmpl|backup|import)\/\S+$/i.exec(volid);
  const [, storage = '', content] = match ?? [];
  if (!match) throw died(`unable to parse volume ID '${volid}'`);
  if (content !== 'vztmpl') throw died(`the demo homelab creates containers from templates only`);
  if (!call.mayAny(`/storage/${storage}`, 'Datastore.Audit', 'Datastore.AllocateSpace')) {
    call.need(`/storage/${storage}`, 'Datastore.Audit');
  }
}

function endpoint(type: GuestType): Endpoint {
  const parameters = type === 'qemu' ? vmCreateParameters : containerCreateParameters;
  return {
    method: 'POST',
    path: `/nodes/{node}/${type}`,
    permission: 'all',
    proxyto: 'node',
    needsQuorum: true,
    parameters: { ...nodeParameter, ...parameters },
    handler: (call) => create(call, type),
  };
}

export const createEndpoints: readonly Endpoint[] = [endpoint('qemu'), endpoint('lxc')];
