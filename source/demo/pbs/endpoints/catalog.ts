import { PbsRefusal } from '../../world/pbs/host.ts';
import { backupTree, decodePath, listing } from '../../world/pbs/tree.ts';
import type { PbsCall, PbsEndpoint } from '../endpoint.ts';
import { maybeText, snapshotParameters, text } from '../kinds.ts';

/** The inside of file archives; disks of VMs have no catalogue. */
function catalog(call: PbsCall): unknown {
  const { group, snapshot } = call.snapshot('read', ['Datastore.Read'], ['Datastore.Backup']);
  if (snapshot.fingerprint !== undefined) {
    throw new PbsRefusal("cannot decode 'catalog.pcat1.didx' - is encrypted");
  }
  if (!snapshot.files.some(({ filename }) => filename === 'catalog.pcat1.didx')) {
    throw new PbsRefusal(
      'unable to open dynamic index "catalog.pcat1.didx" - No such file or directory (os error 2)',
    );
  }
  const archives = snapshot.files
    .map(({ filename }) => filename)
    .filter((name) => name.endsWith('.pxar.didx'));
  const tree = backupTree(call.world, group, snapshot, archives);
  const path = decodePath(call.required('filepath'));
  const rows = path && listing(tree, path);
  if (!rows) throw new PbsRefusal(`unable to find path in catalog`);
  return rows;
}

export const catalogEndpoints: readonly PbsEndpoint[] = [
  {
    method: 'GET',
    path: '/admin/datastore/{store}/catalog',
    permission: 'all',
    parameters: { ...snapshotParameters, filepath: text(), 'archive-name': maybeText() },
    handler: catalog,
  },
];
