import { randomBytes } from 'node:crypto';
import { type Accounts, grant, token, user } from '../accounts.ts';

/** The user that PVE's storage logs in as: it owns the guests' backups. */
export const pveOwner = 'pve@pbs!pve';

/** Who may log in to one backup server. Secrets are new at every start. */
export function createPbsAccounts(): Accounts {
  const users = [
    user('root@pam', 'Superuser', false),
    user('admin@pbs', 'Administrator with a second factor', true),
    user('operator@pbs', 'Runs prune, verify and garbage collection', false),
    user('homelab@pbs', 'Looks, changes nothing', false),
    user('pve@pbs', 'The Proxmox VE cluster', false),
    user('sync@pbs', 'The other backup server', false),
  ];
  const tokens = [
    token('root@pam', 'demo', false, 'Everything'),
    token('homelab@pbs', 'ro', true, 'Read only'),
    token('pve@pbs', 'pve', true, 'Storage of the cluster'),
    token('sync@pbs', 'pull', true, 'Pulled from elsewhere'),
  ];
  const both = (name: string, id: string, path: string, role: string) => [
    grant(path, name, role),
    grant(path, `${name}!${id}`, role),
  ];
  return {
    users: new Map(users.map((entry) => [entry.user, entry])),
    tokens: new Map(tokens.map((entry) => [`${entry.user}!${entry.token}`, entry])),
    acl: [
      grant('/', 'root@pam!demo', 'Admin'),
      grant('/', 'admin@pbs', 'Admin'),
      grant('/', 'operator@pbs', 'Audit'),
      grant('/datastore', 'operator@pbs', 'DatastoreAdmin'),
      ...both('homelab@pbs', 'ro', '/', 'Audit'),
      ...both('homelab@pbs', 'ro', '/remote', 'RemoteAudit'),
      ...both('pve@pbs', 'pve', '/datastore', 'DatastoreBackup'),
      ...both('sync@pbs', 'pull', '/datastore', 'DatastoreReader'),
    ],
    ticketKey: randomBytes(32),
  };
}
