const datastore = (...names: string[]) => names.map((name) => `Datastore.${name}`);
const remote = (...names: string[]) => names.map((name) => `Remote.${name}`);
const tape = (...names: string[]) => names.map((name) => `Tape.${name}`);

/** Every privilege of PBS 4. */
export const pbsPrivileges: readonly string[] = [
  ...['Audit', 'Modify', 'PowerManagement', 'Console'].map((name) => `Sys.${name}`),
  ...datastore('Audit', 'Allocate', 'Modify', 'Read', 'Verify', 'Backup', 'Prune'),
  'Permissions.Modify',
  ...remote('Audit', 'Modify', 'Read', 'DatastoreBackup', 'DatastoreModify', 'DatastorePrune'),
  ...tape('Audit', 'Modify', 'Read', 'Write'),
  'Realm.Allocate',
];

/** Role → privileges. There are no others: PBS has no custom roles. */
export const pbsRoles: Readonly<Record<string, readonly string[]>> = {
  Admin: pbsPrivileges,
  Audit: ['Sys.Audit', 'Datastore.Audit'],
  NoAccess: [],
  DatastoreAdmin: datastore('Audit', 'Modify', 'Read', 'Verify', 'Backup', 'Prune'),
  DatastoreReader: datastore('Audit', 'Verify', 'Read'),
  DatastoreBackup: datastore('Backup'),
  DatastorePowerUser: datastore('Prune', 'Backup'),
  DatastoreAudit: datastore('Audit'),
  RemoteAudit: remote('Audit'),
  RemoteAdmin: remote('Audit', 'Modify', 'Read'),
  RemoteSyncOperator: remote('Audit', 'Read'),
  RemoteSyncPushOperator: remote('Audit', 'DatastoreBackup'),
  RemoteDatastorePowerUser: remote('DatastoreBackup', 'DatastorePrune'),
  RemoteDatastoreAdmin: remote('DatastoreBackup', 'DatastoreModify', 'DatastorePrune'),
  TapeAudit: tape('Audit'),
  TapeAdmin: tape('Audit', 'Modify', 'Read', 'Write'),
  TapeOperator: tape('Audit', 'Read', 'Write'),
  TapeReader: tape('Audit', 'Read'),
};
