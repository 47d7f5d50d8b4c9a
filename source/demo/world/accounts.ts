import { randomBytes, randomUUID } from 'node:crypto';
import { base32 } from './totp.ts';

export interface UserAccount {
  readonly user: string;
  readonly password: string;
  readonly comment: string;
  /** TOTP secret in BASE32. */
  readonly totp?: string;
  /** The newest TOTP step that was used; a code counts once. */
  lastTotpStep: number;
  /** Recovery keys by their number; a used one is gone. */
  readonly recovery: Map<number, string>;
}

export interface TokenAccount {
  readonly user: string;
  readonly token: string;
  readonly secret: string;
  /** Has only what both it and its user may do. */
  readonly privsep: boolean;
  readonly comment: string;
}

export interface AclEntry {
  readonly path: string;
  readonly type: 'user' | 'group' | 'token';
  /** `audit@pve`, `family` or `audit@pve!ro` */
  readonly ugid: string;
  readonly roleid: string;
  readonly propagate: boolean;
}

/** 72 random bits. */
function password(): string {
  return randomBytes(9).toString('base64url');
}

function recoveryKey(): string {
  return (randomBytes(8).toString('hex').match(/.{4}/g) ?? []).join('-');
}

/** A user with a new password, and a new second factor when wanted. */
export function user(name: string, comment: string, secondFactor: boolean): UserAccount {
  return {
    user: name,
    comment,
    password: password(),
    lastTotpStep: 0,
    ...(secondFactor ? { totp: base32(randomBytes(20)) } : {}),
    recovery: new Map(
      secondFactor ? Array.from({ length: 10 }, (_, id) => [id, recoveryKey()] as const) : [],
    ),
  };
}

export function token(
  owner: string,
  name: string,
  privsep: boolean,
  comment: string,
): TokenAccount {
  return { user: owner, token: name, secret: randomUUID(), privsep, comment };
}

/** An ACL entry that also holds below its path. */
export function grant(path: string, ugid: string, roleid: string): AclEntry {
  return {
    path,
    ugid,
    roleid,
    type: ugid.includes('!') ? 'token' : ugid.includes('@') ? 'user' : 'group',
    propagate: true,
  };
}

/** Who may log in and what they may do. Secrets are new at every start. */
export interface Accounts {
  readonly users: Map<string, UserAccount>;
  /** By `user@realm!token`. */
  readonly tokens: Map<string, TokenAccount>;
  /** Group → its comment and members. */
  readonly groups?: ReadonlyMap<
    string,
    { readonly comment: string; readonly members: readonly string[] }
  >;
  acl: AclEntry[];
  /** Signs tickets; another key makes every ticket given out so far invalid. */
  ticketKey: Buffer;
}

export function createAccounts(): Accounts {
  const users = [
    user('root@pam', 'Superuser', false),
    user('admin@pve', 'Administrator with a second factor', true),
    user('operator@pve', 'Runs the guests', false),
    user('audit@pve', 'Looks, changes nothing', false),
    user('thin@pve', 'The thin client', false),
  ];
  const tokens = [
    token('root@pam', 'demo', false, 'Everything'),
    token('audit@pve', 'ro', true, 'Read only'),
    token('thin@pve', 'spice', true, 'Desktops only'),
  ];
  return {
    users: new Map(users.map((entry) => [entry.user, entry])),
    tokens: new Map(tokens.map((entry) => [`${entry.user}!${entry.token}`, entry])),
    groups: new Map([['family', { comment: 'Who uses the desktops', members: ['thin@pve'] }]]),
    acl: [
      grant('/', 'admin@pve', 'Administrator'),
      grant('/', 'operator@pve', 'PVEAuditor'),
      grant('/vms', 'operator@pve', 'HomelabOperator'),
      grant('/', 'audit@pve', 'PVEAuditor'),
      grant('/', 'audit@pve!ro', 'PVEAuditor'),
      grant('/pool/desktops', 'thin@pve', 'HomelabDesktop'),
      grant('/pool/desktops', 'thin@pve!spice', 'HomelabDesktop'),
      grant('/vms/110', 'family', 'HomelabDesktop'),
    ],
    ticketKey: randomBytes(32),
  };
}
