import type { UserAccount } from '../../world/accounts.ts';
import { roles } from '../../world/roles.ts';
import { type AuthId, authIdText } from '../../world/upid.ts';
import type { Call, Endpoint } from '../endpoint.ts';
import { died, notPermitted, unauthorized } from '../errors.ts';
import { optionalFlag, optionalText, text } from '../parameter-kinds.ts';
import { asFlags } from '../permissions.ts';
import { secondFactorHolds } from '../second-factor.ts';
import { makeCsrfToken, makeTicket, readTicket } from '../tickets.ts';

const refused = 'authentication failure';

function capabilities(call: Call, auth: AuthId): Record<string, Record<string, number>> {
  const groups: Readonly<Record<string, readonly [path: string, names: RegExp]>> = {
    vms: ['/vms', /^VM\.|^Permissions\.Modify$/],
    storage: ['/storage', /^Datastore\.|^Permissions\.Modify$/],
    access: ['/access', /^(?:User|Group|Realm)\.|^Permissions\.Modify$/],
    nodes: ['/nodes', /^Sys\.|^Permissions\.Modify$/],
    sdn: ['/sdn', /^SDN\.|^Permissions\.Modify$/],
    mapping: ['/mapping', /^Mapping\.|^Permissions\.Modify$/],
    dc: ['/', /^Sys\.|^SDN\.|^Permissions\.Modify$/],
  };
  const result: Record<string, Record<string, number>> = {};
  for (const [group, [path, names]] of Object.entries(groups)) {
    const held = [...call.permissions.of(auth, path)].filter(([name]) => names.test(name));
    result[group] = asFlags(new Map(held));
  }
  return result;
}

function fullTicket(call: Call, user: string): Record<string, unknown> {
  const { world } = call;
  const { ticketKey } = world.accounts;
  const { seconds } = world.clock;
  return {
    username: user,
    ticket: makeTicket(ticketKey, seconds, user),
    CSRFPreventionToken: makeCsrfToken(ticketKey, seconds, user),
    cap: capabilities(call, { user }),
    ...(world.clusterName === undefined ? {} : { clustername: world.clusterName }),
  };
}

function challengeTicket(call: Call, account: UserAccount): Record<string, unknown> {
  const { accounts, clock } = call.world;
  const challenge = JSON.stringify({ totp: true, recovery: [...account.recovery.keys()] });
  const data = `!tfa!${encodeURIComponent(challenge)}`;
  return {
    username: account.user,
    ticket: makeTicket(accounts.ticketKey, clock.seconds, data, account.user),
    CSRFPreventionToken: makeCsrfToken(accounts.ticketKey, clock.seconds, account.user),
    cap: {},
    NeedTFA: 1,
  };
}

function login(call: Call): Record<string, unknown> {
  const { accounts, clock } = call.world;
  const realm = call.text('realm');
  const given = call.required('username');
  const user = realm !== undefined && !given.endsWith(`@${realm}`) ? `${given}@${realm}` : given;
  const password = call.required('password');
  const account = accounts.users.get(user);
  if (!account) throw unauthorized(refused);
  if (call.text('path') !== undefined) {
    throw died("the demo homelab does not support 'path' and 'privs' here");
  }
  const challenge = call.text('tfa-challenge');
  if (challenge !== undefined) {
    const data = readTicket(accounts.ticketKey, clock.seconds, challenge, user);
    if (!data?.startsWith('!tfa!') || !secondFactorHolds(call.world.clock, account, password)) {
      throw unauthorized(refused);
    }
    return fullTicket(call, user);
  }
  const holder = readTicket(accounts.ticketKey, clock.seconds, password);
  if (holder === user || holder === 'root@pam') return fullTicket(call, user);
  if (account.password !== password) throw unauthorized(refused);
  if (account.totp === undefined) return fullTicket(call, user);
  const otp = call.text('otp');
  if (otp === undefined) return challengeTicket(call, account);
  if (!secondFactorHolds(call.world.clock, account, otp)) throw unauthorized(refused);
  return fullTicket(call, user);
}

function permissionTree(call: Call): unknown {
  const { who, permissions } = call;
  const subject = call.text('userid') ?? authIdText(who);
  const [user = '', token] = subject.split('!');
  const own = subject === authIdText(who) || (who.token === undefined && user === who.user);
  if (!own && !call.may('/access', 'Sys.Audit')) throw notPermitted('/access, Sys.Audit');
  const auth: AuthId = token === undefined ? { user } : { user, token };
  const path = call.text('path');
  return path === undefined
    ? permissions.tree(auth)
    : { [path]: asFlags(permissions.of(auth, path)) };
}

function users(call: Call): unknown[] {
  const { accounts } = call.world;
  const all = call.mayAny('/access/groups', 'User.Modify', 'Sys.Audit');
  return [...accounts.users.values()]
    .filter((account) => all || account.user === call.who.user)
    .map((account) => ({
      userid: account.user,
      comment: account.comment,
      enable: 1,
      expire: 0,
      'realm-type': account.user.split('@')[1],
      ...(call.flag('full')
        ? {
            tokens: [...accounts.tokens.values()]
              .filter((token) => token.user === account.user)
              .map((token) => ({
                tokenid: token.token,
                comment: token.comment,
                expire: 0,
                privsep: token.privsep ? 1 : 0,
              })),
          }
        : {}),
    }));
}

const realms = [
  { realm: 'pam', type: 'pam', comment: 'Linux PAM standard authentication', default: 1 },
  { realm: 'pve', type: 'pve', comment: 'Proxmox VE authentication server' },
];

export const accessEndpoints: readonly Endpoint[] = [
  {
    method: 'GET',
    path: '/access/domains',
    permission: 'world',
    parameters: {},
    handler: () => realms,
  },
  {
    method: 'GET',
    path: '/access/ticket',
    permission: 'world',
    parameters: {},
    handler: () => null,
  },
  {
    method: 'POST',
    path: '/access/ticket',
    permission: 'world',
    allowToken: false,
    parameters: {
      username: text({ maxLength: 64 }),
      password: text(),
      realm: optionalText({ maxLength: 32, format: 'pve-realm' }),
      otp: optionalText(),
      'tfa-challenge': optionalText(),
      path: optionalText({ maxLength: 64, requires: 'privs' }),
      privs: optionalText({ maxLength: 64, requires: 'path' }),
      'new-format': optionalFlag(),
    },
    handler: login,
  },
  {
    method: 'GET',
    path: '/access/permissions',
    permission: 'all',
    parameters: {
      path: optionalText(),
      userid: optionalText({
        pattern: /^[^\s:/]+@[A-Za-z][A-Za-z0-9.\-_]+(?:![A-Za-z][A-Za-z0-9.\-_]+)?$/,
      }),
    },
    handler: permissionTree,
  },
  {
    method: 'GET',
    path: '/access/users',
    permission: 'all',
    parameters: { enabled: optionalFlag(), full: optionalFlag() },
    handler: users,
  },
  {
    method: 'GET',
    path: '/access/roles',
    permission: 'all',
    parameters: {},
    handler: () =>
      Object.entries(roles).map(([roleid, privs]) => ({
        roleid,
        privs: privs.join(','),
        special: roleid.startsWith('Homelab') ? 0 : 1,
      })),
  },
];
