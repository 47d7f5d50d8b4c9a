import { createHash } from 'node:crypto';
import type { ConfigRecord, GuestState, GuestType } from '../world/model.ts';
import type { TaskControl, TaskScript } from '../world/tasks.ts';
import { authIdText } from '../world/upid.ts';
import type { Call } from './endpoint.ts';
import { died, notPermitted, parameterErrors } from './errors.ts';

/**
 * The guest a path names.
 * @throws ApiError 500 when this node has no such configuration file
 */
export function findGuest(call: Call, type: GuestType): GuestState {
  const vmid = call.number('vmid') ?? 0;
  const guest = call.world.guests.get(vmid);
  if (!guest || guest.node !== call.node || guest.type !== type) {
    const folder = type === 'qemu' ? 'qemu-server' : 'lxc';
    throw died(`Configuration file 'nodes/${call.node}/${folder}/${vmid}.conf' does not exist`);
  }
  return guest;
}

/** Starts a task about one guest on its node; answers its UPID. */
export function guestTask(
  call: Call,
  guest: GuestState,
  type: string,
  script: (task: TaskControl) => TaskScript,
): string {
  return call.world.tasks.start(
    { node: guest.node, type, id: String(guest.vmid), auth: call.who },
    script,
  );
}

/** @throws ApiError 400 unless it is root@pam with a ticket: a token of root is not root */
export function rootOnly(call: Call, ...names: string[]): void {
  const errors: Record<string, string> = {};
  for (const name of names) {
    if (call.parameters[name] === undefined) continue;
    if (authIdText(call.who) !== 'root@pam') errors[name] = 'Only root may use this option.';
  }
  if (Object.keys(errors).length > 0) throw parameterErrors(errors);
}

/**
 * New guests need the right on their number or on the pool they go to.
 * @throws ApiError 403
 */
export function needAllocate(call: Call, vmid: number, pool: string | undefined): void {
  if (call.may(`/vms/${vmid}`, 'VM.Allocate')) return;
  if (pool !== undefined && call.may(`/pool/${pool}`, 'VM.Allocate')) return;
  throw notPermitted(`/vms/${vmid}, VM.Allocate`);
}

/**
 * Options of a move between nodes and the like: real, but nothing in this homelab that they could do.
 * @throws ApiError 500
 */
export function notInDemo(call: Call, ...names: string[]): void {
  const used = names.find(
    (name) => call.parameters[name] !== undefined && call.parameters[name] !== false,
  );
  if (used !== undefined) throw died(`the demo homelab does not support '${used}' here`);
}

/** The checksum of a configuration with everything that is in its file. */
export function configDigest(guest: GuestState): string {
  const { config, pending, snapshots, parent, lock } = guest;
  return createHash('sha1')
    .update(JSON.stringify([config, pending, snapshots, parent, lock]))
    .digest('hex');
}

/** @throws ApiError 500 when somebody else changed the file since it was read */
export function refuseStale(guest: GuestState, digest: string | undefined): void {
  if (digest === undefined || digest === configDigest(guest)) return;
  throw died(
    guest.type === 'qemu'
      ? 'checksum mismatch (file change by other user?)'
      : 'detected modified configuration - file changed by other user? Try again.',
  );
}

/** A configuration as GET …/config tells it: keys in order, the lock and the digest with it. */
export function configAnswer(guest: GuestState, config: ConfigRecord): Record<string, unknown> {
  return {
    ...Object.fromEntries(Object.entries(config).sort(([a], [b]) => (a < b ? -1 : 1))),
    ...(guest.lock === undefined ? {} : { lock: guest.lock }),
    ...(guest.parent === undefined ? {} : { parent: guest.parent }),
    ...(config.cipassword === undefined ? {} : { cipassword: '**********' }),
    digest: configDigest(guest),
  };
}
