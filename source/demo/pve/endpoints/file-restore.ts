import type { FileVolume } from '../../world/model.ts';
import type { TreeNode } from '../../world/pbs/tree.ts';
import { type Call, Download, type Endpoint } from '../endpoint.ts';
import { died, parameterErrors } from '../errors.ts';
import { notInDemo } from '../guest-access.ts';
import { optionalFlag, storageParameters, text } from '../parameter-kinds.ts';
import { makeZip, type ZipEntry } from '../zip.ts';
import { findVolume, needBackup } from './volumes.ts';

/** The backup that is meant, when it can be opened. */
function backupOf(call: Call): FileVolume {
  const storage = call.world.storages.get(call.required('storage'));
  if (storage && storage.type !== 'pbs') {
    throw parameterErrors({ storage: 'Only PBS storages supported for file-restore.' });
  }
  const file = findVolume(call, call.required('volume'));
  if (file.content !== 'backup') {
    throw parameterErrors({ volume: 'Only backups supported for file-restore.' });
  }
  needBackup(call, file);
  if (file.encrypted !== undefined) {
    throw died(`missing key - manifest was created with key ${file.encrypted}`);
  }
  return file;
}

/** The inside of a backup, and the place in it that the request means. */
async function open(call: Call) {
  const file = backupOf(call);
  const { backupTree, decodePath, listing, nodeAt } = await import('../../world/pbs/tree.ts');
  const { world } = call;
  const {
    server,
    datastore = '',
    namespace = '',
  } = world.storages.get(file.storage)?.settings ?? {};
  const realm = await world.pbs.load();
  const store = realm.hosts.get(world.pbs.hostAt(server)?.name ?? '')?.stores.get(datastore);
  const type = file.subtype === 'lxc' ? 'ct' : 'vm';
  const group = store?.groups.get(`${namespace}/${type}/${file.vmid}`);
  const snapshot = group?.snapshots.find(({ time }) => time === file.ctime);
  if (!group || !snapshot) throw died(`volume '${file.volid}' does not exist`);
  const archives = snapshot.files
    .map(({ filename }) => filename)
    .filter((name) => /\.(?:img\.fidx|pxar\.didx)$/.test(name));
  const tree = backupTree(world, group, snapshot, archives);
  const path = decodePath(call.required('filepath'));
  const node = path && nodeAt(tree, path);
  if (!path || !node) throw died('file or directory not found');
  return { path, node, rows: listing(tree, path) ?? [] };
}

async function list(call: Call): Promise<unknown[]> {
  const { rows } = await open(call);
  return rows.map((row) => ({ ...row, leaf: row.leaf ? 1 : 0 }));
}

function entries(node: TreeNode, above: string): ZipEntry[] {
  const name = `${above}${node.name}`;
  if (!node.children) return [{ name, content: Buffer.from(node.content ?? '', 'utf8') }];
  return [
    { name: `${name}/`, content: Buffer.alloc(0) },
    ...node.children.flatMap((child) => entries(child, `${name}/`)),
  ];
}

/** A file as it is, a folder as a zip archive. */
async function download(call: Call): Promise<Download> {
  notInDemo(call, 'tar');
  const { path, node } = await open(call);
  if (path.length < 2) throw died('restoring whole archives is not supported');
  if (node.children) return new Download('application/zip', makeZip(entries(node, '')));
  return new Download('application/octet-stream', Buffer.from(node.content ?? '', 'utf8'));
}

const parameters = { ...storageParameters, volume: text(), filepath: text() };

/** What is inside a backup on a backup server, without restoring all of it. */
export const fileRestoreEndpoints: readonly Endpoint[] = [
  {
    method: 'GET',
    path: '/nodes/{node}/storage/{storage}/file-restore/list',
    permission: 'all',
    proxyto: 'node',
    parameters,
    handler: list,
  },
  {
    method: 'GET',
    path: '/nodes/{node}/storage/{storage}/file-restore/download',
    permission: 'all',
    proxyto: 'node',
    parameters: { ...parameters, tar: optionalFlag() },
    handler: download,
  },
];
