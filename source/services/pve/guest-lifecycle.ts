import { ok, type Result } from '../../domain/result.ts';
import { sanitise, say } from '../../domain/safe-text.ts';
import type { CloneRequest, GuestApi, GuestAt, MigrateRequest, Started } from '../types.ts';
import { at, type CallDetails, type Caller } from './caller.ts';
import { decodeMigrateCheck } from './decode-migrate.ts';
import { wireValues } from './guest-config.ts';
import type { ParametersOf } from './paths.ts';

type LifecycleApi = Pick<
  GuestApi,
  'clone' | 'template' | 'migrateCheck' | 'migrate' | 'destroy' | 'create' | 'sendKey'
>;

/** Calls that make guests, move them and end them. */
export function guestLifecycle(caller: Caller): LifecycleApi {
  return {
    clone: (guest, request, options) =>
      clone(caller, guest, request, { where: caller.guest(guest), options }),
    template: (guest, options) =>
      caller.start(
        `POST /nodes/{node}/${guest.type}/{vmid}/template`,
        at(guest),
        {},
        { where: caller.guest(guest), options },
      ),
    migrateCheck: async (guest, target, options) => {
      const answer = await caller.row(
        `GET /nodes/{node}/${guest.type}/{vmid}/migrate`,
        at(guest),
        { target },
        { where: caller.guest(guest), options },
        decodeMigrateCheck,
      );
      // Containers can be asked since PVE 9 only.
      const never = !answer.ok && guest.type === 'lxc' && answer.failure.kind === 'unsupported';
      return never ? ok(undefined) : answer;
    },
    migrate: (guest, request, options) =>
      migrate(caller, guest, request, { where: caller.guest(guest), options }),
    destroy: (guest, parameters = {}, options) => {
      const common = {
        purge: parameters.purge,
        'destroy-unreferenced-disks': parameters.destroyUnreferencedDisks,
      };
      const details = { where: caller.guest(guest), options };
      return guest.type === 'qemu'
        ? caller.start('DELETE /nodes/{node}/qemu/{vmid}', at(guest), common, details)
        : caller.start(
            'DELETE /nodes/{node}/lxc/{vmid}',
            at(guest),
            { ...common, force: parameters.force },
            details,
          );
    },
    create: (node, type, parameters, options) => {
      const { vmid } = parameters;
      const id = typeof vmid === 'string' || typeof vmid === 'number' ? sanitise(vmid) : say`?`;
      const details = { where: say`${caller.here} · new guest ${id}`, options };
      const values = wireValues(parameters);
      return type === 'qemu'
        ? caller.start(
            'POST /nodes/{node}/qemu',
            { node },
            values as ParametersOf<'POST /nodes/{node}/qemu'>,
            details,
          )
        : caller.start(
            'POST /nodes/{node}/lxc',
            { node },
            values as ParametersOf<'POST /nodes/{node}/lxc'>,
            details,
          );
    },
    sendKey: (guest, key, options) => {
      const details = { where: caller.guest(guest), options };
      if (guest.type === 'lxc') {
        return Promise.resolve(caller.impossible(say`A container has no keyboard`, details.where));
      }
      return caller.start('PUT /nodes/{node}/qemu/{vmid}/sendkey', at(guest), { key }, details);
    },
  };
}

function clone(
  caller: Caller,
  guest: GuestAt,
  { name, format, ...request }: CloneRequest,
  details: CallDetails,
): Promise<Result<Started>> {
  return guest.type === 'qemu'
    ? caller.start(
        'POST /nodes/{node}/qemu/{vmid}/clone',
        at(guest),
        { ...request, name, format } as ParametersOf<'POST /nodes/{node}/qemu/{vmid}/clone'>,
        details,
      )
    : caller.start(
        'POST /nodes/{node}/lxc/{vmid}/clone',
        at(guest),
        { ...request, hostname: name },
        details,
      );
}

function migrate(
  caller: Caller,
  guest: GuestAt,
  request: MigrateRequest,
  details: CallDetails,
): Promise<Result<Started>> {
  const { target, online, restart, withLocalDisks, targetStorage, bwlimit, timeout } = request;
  return guest.type === 'qemu'
    ? caller.start(
        'POST /nodes/{node}/qemu/{vmid}/migrate',
        at(guest),
        {
          target,
          online,
          'with-local-disks': withLocalDisks,
          targetstorage: targetStorage,
          bwlimit,
        },
        details,
      )
    : caller.start(
        'POST /nodes/{node}/lxc/{vmid}/migrate',
        at(guest),
        { target, restart, 'target-storage': targetStorage, bwlimit, timeout },
        details,
      );
}
