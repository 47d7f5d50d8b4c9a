import { fail, ok, type Result } from '../../domain/result.ts';
import { sanitise, sanitiseBlock, say } from '../../domain/safe-text.ts';
import { encode, type ParameterValue } from '../http/form.ts';
import type { ConfigChange, DiskMove, GuestApi, GuestAt, Started } from '../types.ts';
import { at, type CallDetails, type Caller } from './caller.ts';
import { decodePending } from './decode-guest.ts';
import type { ParametersOf } from './paths.ts';

type ConfigApi = Pick<
  GuestApi,
  | 'setConfig'
  | 'resize'
  | 'moveDisk'
  | 'unlinkDisks'
  | 'cloudinit'
  | 'cloudinitDump'
  | 'regenerateCloudinit'
>;

const diskKey = /^(?:(?:ide|sata|scsi|virtio)\d+|efidisk0|tpmstate0)$/;
/** Lines of generated user data that hold a hash of the password. */
const passwordLine = /^(\s*(?:hashed_)?passw(?:or)?d\s*:\s*)\S.*$/;

/** Calls that change what a guest is made of. */
export function guestConfig(caller: Caller): ConfigApi {
  const onlyVm = (guest: GuestAt, what: string) =>
    Promise.resolve(
      caller.impossible(say`A container has no ${sanitise(what)}`, caller.guest(guest)),
    );
  return {
    setConfig: (guest, change, options) =>
      setConfig(caller, guest, change, { where: caller.guest(guest), options }),
    resize: (guest, { disk, size, digest }, options) =>
      caller.start(
        `PUT /nodes/{node}/${guest.type}/{vmid}/resize`,
        at(guest),
        { disk, size, digest } as ParametersOf<'PUT /nodes/{node}/qemu/{vmid}/resize'> &
          ParametersOf<'PUT /nodes/{node}/lxc/{vmid}/resize'>,
        { where: caller.guest(guest), options },
      ),
    moveDisk: (guest, move, options) =>
      moveDisk(caller, guest, move, { where: caller.guest(guest), options }),
    unlinkDisks: (guest, keys, parameters, options) => {
      const details = { where: caller.guest(guest), options };
      if (guest.type === 'lxc') return setConfig(caller, guest, { delete: keys }, details);
      return caller.start(
        'PUT /nodes/{node}/qemu/{vmid}/unlink',
        at(guest),
        { idlist: keys.join(','), force: parameters?.force },
        details,
      );
    },
    cloudinit: (guest, options) =>
      guest.type === 'lxc'
        ? onlyVm(guest, 'cloud-init')
        : caller.list(
            'GET /nodes/{node}/qemu/{vmid}/cloudinit',
            at(guest),
            {},
            { where: caller.guest(guest), options },
            decodePending,
          ),
    cloudinitDump: async (guest, type, options) => {
      if (guest.type === 'lxc') return onlyVm(guest, 'cloud-init');
      const where = caller.guest(guest);
      const answer = await caller.envelope(
        'GET /nodes/{node}/qemu/{vmid}/cloudinit/dump',
        at(guest),
        { type },
        { where, options },
      );
      if (!answer.ok) return answer;
      const { data } = answer.value;
      if (typeof data !== 'string') {
        return fail({ kind: 'bad-answer', what: say`The server gave no text`, where });
      }
      const shown = data.split('\n').map((line) => line.replace(passwordLine, '$1‹hidden›'));
      return ok(sanitiseBlock(shown.join('\n')));
    },
    regenerateCloudinit: (guest, options) =>
      guest.type === 'lxc'
        ? onlyVm(guest, 'cloud-init')
        : caller.start(
            'PUT /nodes/{node}/qemu/{vmid}/cloudinit',
            at(guest),
            {},
            { where: caller.guest(guest), options },
          ),
  };
}

/**
 * Values as the API takes them. `sshkeys` is the one that must be URL-encoded before the body is, and only for qemu:
 * containers take plain lines as `ssh-public-keys`.
 */
export function wireValues(
  values: ConfigChange['set'] = {},
): Readonly<Record<string, ParameterValue>> {
  const { sshkeys } = values;
  return typeof sshkeys === 'string'
    ? { ...values, sshkeys: encode(sshkeys.replaceAll('\r', '')) }
    : values;
}

/**
 * qemu has two calls: PUT waits for the end, POST starts a task. Allocating or erasing a volume can take longer than a
 * proxying node waits (30 s), so such a change is a task.
 */
async function setConfig(
  caller: Caller,
  guest: GuestAt,
  change: ConfigChange,
  details: CallDetails,
): Promise<Result<Started>> {
  const gone = change.delete ?? [];
  const parameters = {
    ...wireValues(change.set),
    ...(gone.length > 0 ? { delete: gone.join(',') } : {}),
    ...(change.revert?.length ? { revert: change.revert.join(',') } : {}),
    ...(change.digest === undefined ? {} : { digest: change.digest }),
  };
  if (guest.type === 'lxc') {
    return caller.start('PUT /nodes/{node}/lxc/{vmid}/config', at(guest), parameters, details);
  }
  const slow =
    Object.keys(change.set ?? {}).some((key) => diskKey.test(key)) ||
    gone.some((key) => /^unused\d+$/.test(key) || (change.force && diskKey.test(key)));
  return caller.start(
    `${slow ? 'POST' : 'PUT'} /nodes/{node}/qemu/{vmid}/config`,
    at(guest),
    { ...parameters, ...(change.force === undefined ? {} : { force: change.force }) },
    details,
  );
}

function moveDisk(
  caller: Caller,
  guest: GuestAt,
  move: DiskMove,
  details: CallDetails,
): Promise<Result<Started>> {
  const common = {
    storage: move.storage,
    delete: move.deleteOriginal,
    bwlimit: move.bwlimit,
    'target-vmid': move.targetVmid,
    digest: move.digest,
  };
  if (guest.type === 'lxc') {
    const parameters = { ...common, volume: move.disk, 'target-volume': move.targetDisk };
    return caller.start(
      'POST /nodes/{node}/lxc/{vmid}/move_volume',
      at(guest),
      parameters as ParametersOf<'POST /nodes/{node}/lxc/{vmid}/move_volume'>,
      details,
    );
  }
  const parameters = {
    ...common,
    disk: move.disk,
    format: move.format,
    'target-disk': move.targetDisk,
  };
  return caller.start(
    'POST /nodes/{node}/qemu/{vmid}/move_disk',
    at(guest),
    parameters as ParametersOf<'POST /nodes/{node}/qemu/{vmid}/move_disk'>,
    details,
  );
}
