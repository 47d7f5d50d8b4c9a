import {
  type BackupList,
  type BackupSource,
  backupKind,
  type GuestBackup,
  mayListBackups,
  newestFirst,
  storageOf,
} from '../../domain/backup.ts';
import { fail, mapResult, ok, type Result } from '../../domain/result.ts';
import { type SafeText, sanitise, sanitiseBlock, say } from '../../domain/safe-text.ts';
import type { Storage } from '../../domain/storage.ts';
import type { BackupApi, BackupPlaces, BackupRequest } from '../backup-api.ts';
import { text } from '../decode.ts';
import { Slots } from '../http/slots.ts';
import type { CallOptions, GuestAt, Started } from '../types.ts';
import type { CallDetails, Caller } from './caller.ts';
import { asBackup, decodeBackupJobs, decodeSimulation } from './decode-protection.ts';
import { decodeVolumes } from './decode-storage.ts';

/** Storages of one guest that are asked at a time. */
const width = 4;

export function backupApi(caller: Caller): BackupApi {
  return {
    list: (guest, places, options) => listAll(caller, guest, places, options),
    create: (guest, request, options) => create(caller, guest, request, options),
    notes: (node, volid, options) =>
      caller.row(
        'GET /nodes/{node}/storage/{storage}/content/{volume}',
        place(node, volid),
        {},
        details(caller, volid, options),
        (row) => (typeof row.notes === 'string' ? row.notes : ''),
      ),
    change: (node, volid, change, options) =>
      caller.start(
        'PUT /nodes/{node}/storage/{storage}/content/{volume}',
        place(node, volid),
        { notes: change.notes, protected: change.protected },
        details(caller, volid, options),
      ),
    remove: (node, volid, options) =>
      caller.start(
        'DELETE /nodes/{node}/storage/{storage}/content/{volume}',
        place(node, volid),
        {},
        details(caller, volid, options),
      ),
    config: (node, volid, options) => extracted(caller, node, volid, options),
    retention: (node, storage, options) =>
      caller.row(
        'GET /nodes/{node}/vzdump/defaults',
        { node },
        { storage },
        { where: say`${caller.node(node)} · storage ${sanitise(storage)}`, options },
        (row) => text(row['prune-backups']) ?? say`keep-all=1`,
      ),
    jobs: (options) =>
      caller.list('GET /cluster/backup', {}, {}, { where: caller.here, options }, decodeBackupJobs),
  };
}

function place(node: string, volid: string) {
  return { node, storage: storageOf(volid), volume: volid };
}

function details(caller: Caller, volid: string, options: CallOptions | undefined): CallDetails {
  return { where: say`${caller.here} · backup ${sanitise(volid)}`, options };
}

function create(
  caller: Caller,
  guest: GuestAt,
  request: BackupRequest,
  options: CallOptions | undefined,
): Promise<Result<Started>> {
  return caller.start(
    'POST /nodes/{node}/vzdump',
    { node: guest.node },
    {
      vmid: String(guest.vmid),
      storage: request.storage,
      mode: request.mode,
      compress: request.compress as '0' | 'gzip' | 'lzo' | 'zstd' | undefined,
      'notes-template': request.notesTemplate,
      protected: request.protected,
      remove: request.remove,
      bwlimit: request.bwlimit,
    },
    { where: caller.guest(guest), options },
  );
}

async function extracted(
  caller: Caller,
  node: string,
  volid: string,
  options: CallOptions | undefined,
): Promise<Result<readonly SafeText[]>> {
  const where = details(caller, volid, options);
  const answer = await caller.envelope(
    'GET /nodes/{node}/vzdump/extractconfig',
    { node },
    { volume: volid },
    where,
  );
  if (!answer.ok) return answer;
  const { data } = answer.value;
  return typeof data === 'string'
    ? ok(sanitiseBlock(data))
    : fail({
        kind: 'bad-answer',
        what: say`The configuration inside the backup is no text`,
        where: where.where,
      });
}

interface Answered {
  readonly source: BackupSource;
  readonly backups: readonly GuestBackup[];
}

async function listAll(
  caller: Caller,
  guest: GuestAt,
  places: BackupPlaces,
  options: CallOptions | undefined,
): Promise<Result<BackupList>> {
  const slots = new Slots(width);
  const signal = options?.signal ?? new AbortController().signal;
  const answers = await Promise.all(
    places.storages.map(async (storage) => {
      const release = await slots.acquire(signal);
      try {
        return await listOne(caller, guest, storage, places, options);
      } finally {
        release?.();
      }
    }),
  );
  return ok({
    backups: newestFirst(answers.flatMap(({ backups }) => backups)),
    sources: answers.map(({ source }) => source),
  });
}

async function listOne(
  caller: Caller,
  guest: GuestAt,
  { storage, status }: Storage,
  { permissions }: BackupPlaces,
  options: CallOptions | undefined,
): Promise<Answered> {
  const none = (source: Omit<BackupSource, 'storage'>): Answered => ({
    source: { storage, ...source },
    backups: [],
  });
  const where = say`${caller.node(guest.node)} · storage ${storage}`;
  if (status !== 'available') {
    // A share that is gone would hold up one of the server's few workers until it gives up.
    const what = say`storage ${storage} is ${status} on ${guest.node}`;
    return none({ reading: 'failed', failure: { kind: 'unreachable', what, where } });
  }
  const may = mayListBackups(permissions, guest, storage);
  const listed = await caller.list(
    'GET /nodes/{node}/storage/{storage}/content',
    { node: guest.node, storage },
    { content: 'backup', vmid: guest.vmid },
    { where, options },
    (data) => decodeVolumes(data, caller.session.serverNow()),
  );
  if (!listed.ok) return none({ reading: 'failed', failure: listed.failure });
  const backups = listed.value
    .filter((volume) => (backupKind(volume) ?? guest.type) === guest.type)
    .map((volume) => asBackup(volume, storage));
  // What the identity may not use is left out without a word, so an empty list proves nothing.
  if (may === true || backups.length > 0)
    return { source: { storage, reading: 'listed' }, backups };
  const simulated = await simulate(caller, guest, storage, { where, options });
  if (!simulated.ok) return none({ reading: 'hidden' });
  const reading = simulated.value.length > 0 ? 'simulated' : 'listed';
  return { source: { storage, reading }, backups: simulated.value };
}

/** What a prune that keeps everything would look at: it needs to look at the storage only, and leaves nothing out. */
async function simulate(
  caller: Caller,
  guest: GuestAt,
  storage: string,
  call: CallDetails,
): Promise<Result<readonly GuestBackup[]>> {
  const answer = await caller.list(
    'GET /nodes/{node}/storage/{storage}/prunebackups',
    { node: guest.node, storage },
    { 'prune-backups': 'keep-all=1', type: guest.type, vmid: guest.vmid },
    call,
    (data) => decodeSimulation(data, storage, caller.session.serverNow()),
  );
  return mapResult(answer, (all) => all.filter(({ vmid }) => vmid === guest.vmid));
}
