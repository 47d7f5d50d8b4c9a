/** Every privilege of PVE 9.2. */
export const privileges: readonly string[] = [
  ...['Allocate', 'AllocateSpace', 'AllocateTemplate', 'Audit'].map((name) => `Datastore.${name}`),
  'Group.Allocate',
  ...['Audit', 'Modify', 'Use'].map((name) => `Mapping.${name}`),
  'Permissions.Modify',
  'Pool.Allocate',
  'Pool.Audit',
  'Realm.Allocate',
  'Realm.AllocateUser',
  ...['Allocate', 'Audit', 'Use'].map((name) => `SDN.${name}`),
  ...['AccessNetwork', 'Audit', 'Console', 'Incoming', 'Modify', 'PowerMgmt', 'Syslog'].map(
    (name) => `Sys.${name}`,
  ),
  'User.Modify',
  ...['Allocate', 'Audit', 'Backup', 'Clone'].map((name) => `VM.${name}`),
  ...['CDROM', 'CPU', 'Cloudinit', 'Disk', 'HWType', 'Memory', 'Network', 'Options'].map(
    (name) => `VM.Config.${name}`,
  ),
  'VM.Console',
  ...['Audit', 'FileRead', 'FileSystemMgmt', 'FileWrite', 'Unrestricted'].map(
    (name) => `VM.GuestAgent.${name}`,
  ),
  ...['Migrate', 'PowerMgmt', 'Replicate', 'Snapshot', 'Snapshot.Rollback'].map(
    (name) => `VM.${name}`,
  ),
];

const notForAdmins = ['Sys.Modify', 'Sys.PowerMgmt', 'Realm.Allocate', 'Permissions.Modify'];

/** Role → privileges: the built-in ones that the demo uses and two of the homelab's own. */
export const roles: Readonly<Record<string, readonly string[]>> = {
  Administrator: privileges,
  NoAccess: [],
  PVEAdmin: privileges.filter((name) => !notForAdmins.includes(name)),
  PVEAuditor: [
    'Datastore.Audit',
    'Mapping.Audit',
    'Pool.Audit',
    'SDN.Audit',
    'Sys.Audit',
    'VM.Audit',
    'VM.GuestAgent.Audit',
  ],
  PVEDatastoreUser: ['Datastore.AllocateSpace', 'Datastore.Audit'],
  HomelabDesktop: ['VM.Audit', 'VM.Console', 'VM.PowerMgmt'],
  HomelabOperator: [
    'VM.Audit',
    'VM.Backup',
    'VM.Console',
    'VM.GuestAgent.Audit',
    'VM.PowerMgmt',
    'VM.Snapshot',
    'VM.Snapshot.Rollback',
  ],
};
