import type { PbsParameterTable } from './endpoint.ts';
import {
  comment,
  depth,
  keepParameters,
  maybeFlag,
  maybeInteger,
  maybeList,
  maybeName,
  maybeSomeone,
  maybeStore,
  maybeText,
  namespace,
  storeName,
  text,
  threadCount,
  verifyParameters,
} from './kinds.ts';

type JobTableKind = 'prune' | 'verify' | 'sync';

const rate = maybeText({ minLength: 1, maxLength: 64 });
const direction = maybeText({ enum: ['pull', 'push'] });

const syncSettings: PbsParameterTable = {
  'active-encryption-key': maybeName,
  'associated-key': maybeList(maybeName),
  'burst-in': rate,
  'burst-out': rate,
  comment,
  'encrypted-only': maybeFlag,
  'group-filter': maybeList(text()),
  'max-depth': depth,
  ns: namespace,
  owner: maybeSomeone,
  'rate-in': rate,
  'rate-out': rate,
  remote: maybeName,
  'remote-ns': namespace,
  'remove-vanished': maybeFlag,
  'resync-corrupt': maybeFlag,
  'run-on-mount': maybeFlag,
  schedule: maybeText(),
  'sync-direction': direction,
  'transfer-last': maybeInteger({ minimum: 1 }),
  'unmount-on-done': maybeFlag,
  'verified-only': maybeFlag,
  'worker-threads': threadCount,
};

interface Tables {
  /** Beside the id, to make one. */
  readonly create: PbsParameterTable;
  readonly update: PbsParameterTable;
  /** What `delete` may name. */
  readonly removable: readonly string[];
}

const pruneSettings = {
  comment,
  disable: maybeFlag,
  ...keepParameters,
  'max-depth': depth,
  ns: namespace,
};
const verifySettings = { comment, ...verifyParameters, schedule: maybeText() };

/** What jobs of each kind are made of. */
export const jobTables: Readonly<Record<JobTableKind, Tables>> = {
  prune: {
    create: { ...pruneSettings, store: storeName, schedule: text() },
    update: { ...pruneSettings, store: maybeStore, schedule: maybeText() },
    removable: ['comment', 'disable', 'ns', 'max-depth', ...Object.keys(keepParameters)],
  },
  verify: {
    create: { ...verifySettings, store: storeName },
    update: { ...verifySettings, store: maybeStore },
    removable: [
      ...['ignore-verified', 'comment', 'schedule', 'outdated-after', 'ns', 'max-depth'],
      ...['read-threads', 'verify-threads'],
    ],
  },
  sync: {
    create: { ...syncSettings, store: storeName, 'remote-store': storeName },
    update: { ...syncSettings, store: maybeStore, 'remote-store': maybeStore },
    removable: Object.keys(syncSettings).filter((name) => name !== 'resync-corrupt'),
  },
};
