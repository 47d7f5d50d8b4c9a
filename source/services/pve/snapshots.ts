import { sanitise, say } from '../../domain/safe-text.ts';
import { snapnameProblem } from '../../domain/snapshot.ts';
import type { GuestApi } from '../types.ts';
import type { Caller } from './caller.ts';
import { decodeSnapshots } from './decode-guest.ts';

type SnapshotApi = Pick<
  GuestApi,
  'snapshots' | 'createSnapshot' | 'rollback' | 'deleteSnapshot' | 'describeSnapshot'
>;

export function guestSnapshots(caller: Caller): SnapshotApi {
  return {
    snapshots: (guest, options) =>
      caller.list(
        `GET /nodes/{node}/${guest.type}/{vmid}/snapshot`,
        { node: guest.node, vmid: guest.vmid },
        {},
        { where: caller.guest(guest), options },
        (data) => decodeSnapshots(data, caller.session.serverNow()),
      ),
    createSnapshot: async (guest, { snapname, description, vmstate }, options) => {
      const where = caller.guest(guest);
      const problem = snapnameProblem(snapname);
      if (problem !== undefined) {
        return caller.impossible(
          say`The snapshot's name is not valid: ${sanitise(problem)}`,
          where,
        );
      }
      const at = { node: guest.node, vmid: guest.vmid };
      const common = { snapname, description: description || undefined };
      // Containers have no RAM to save, and their call no parameter for it.
      return guest.type === 'qemu'
        ? caller.start(
            'POST /nodes/{node}/qemu/{vmid}/snapshot',
            at,
            { ...common, vmstate },
            { where, options },
          )
        : caller.start('POST /nodes/{node}/lxc/{vmid}/snapshot', at, common, { where, options });
    },
    rollback: (guest, snapname, parameters, options) =>
      caller.start(
        `POST /nodes/{node}/${guest.type}/{vmid}/snapshot/{snapname}/rollback`,
        { node: guest.node, vmid: guest.vmid, snapname },
        { start: parameters?.start },
        { where: caller.guest(guest), options },
      ),
    deleteSnapshot: (guest, snapname, parameters, options) =>
      caller.start(
        `DELETE /nodes/{node}/${guest.type}/{vmid}/snapshot/{snapname}`,
        { node: guest.node, vmid: guest.vmid, snapname },
        { force: parameters?.force },
        { where: caller.guest(guest), options },
      ),
    describeSnapshot: (guest, snapname, description, options) =>
      caller.start(
        `PUT /nodes/{node}/${guest.type}/{vmid}/snapshot/{snapname}/config`,
        { node: guest.node, vmid: guest.vmid, snapname },
        { description },
        { where: caller.guest(guest), options },
      ),
  };
}
