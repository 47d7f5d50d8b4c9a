import { secondFactorHolds } from '../../pve/second-factor.ts';
import { makeCsrfToken, makeTicket, readTicket } from '../../pve/tickets.ts';
import type { UserAccount } from '../../world/accounts.ts';
import { PbsRefusal } from '../../world/pbs/host.ts';
import { type AuthId, authIdText } from '../../world/upid.ts';
import type { PbsCall, PbsEndpoint } from '../endpoint.ts';
import { maybeFlag, maybeInteger, maybeSomeone, maybeText, text } from '../kinds.ts';
import { pbsRoles } from '../roles.ts';

type Row = Record<string, unknown>;

/** How long a second factor may take, seconds. */
const challengeLifetime = 600;

function refused(): PbsRefusal {
  return new PbsRefusal('permission check failed.', 401);
}

function ticketFor(call: PbsCall, user: string): Row {
  const { ticketKey } = call.host.place.accounts;
  const { seconds } = call.world.clock;
  return {
    username: user,
    ticket: makeTicket(ticketKey, seconds, user, '', 'PBS'),
    CSRFPreventionToken: makeCsrfToken(ticketKey, seconds, user),
  };
}

/** A ticket that is good for nothing but the second step; nothing else says that there is one. */
function challenge(call: PbsCall, account: UserAccount): Row {
  const { ticketKey } = call.host.place.accounts;
  const factors = JSON.stringify({ totp: true, recovery: [...account.recovery.keys()] });
  const data = `!tfa!${encodeURIComponent(factors)}`;
  return {
    username: account.user,
    ticket: makeTicket(ticketKey, call.world.clock.seconds, data, account.user, 'PBS'),
    CSRFPreventionToken: 'invalid',
  };
}

function login(call: PbsCall): Row {
  const { accounts } = call.host.place;
  const { clock } = call.world;
  const account = accounts.users.get(call.required('username'));
  const password = call.text('password') ?? '';
  if (call.flag('http-only') || call.text('path') !== undefined) {
    throw new PbsRefusal("the demo homelab does not support 'http-only', 'path' and 'privs' here");
  }
  if (!account) throw refused();
  const given = call.text('tfa-challenge');
  if (given !== undefined) {
    const data = readTicket(accounts.ticketKey, clock.seconds, given, account.user);
    const begun = Number.parseInt(/:([0-9A-F]{8})::/.exec(given)?.[1] ?? '0', 16);
    const late = clock.seconds - begun > challengeLifetime;
    if (late || !data?.startsWith('!tfa!') || !secondFactorHolds(clock, account, password)) {
      throw refused();
    }
    return ticketFor(call, account.user);
  }
  const holder = readTicket(accounts.ticketKey, clock.seconds, password);
  if (holder === account.user) return ticketFor(call, account.user);
  if (account.password !== password) throw refused();
  return account.totp === undefined ? ticketFor(call, account.user) : challenge(call, account);
}

function permissions(call: PbsCall): unknown {
  const { who } = call;
  const subject = call.text('auth-id') ?? authIdText(who);
  const [user = '', token] = subject.split('!');
  const own = subject === authIdText(who) || (who.token === undefined && user === who.user);
  if (!own) call.needAny('/access', 'Sys.Audit');
  const auth: AuthId = token === undefined ? { user } : { user, token };
  return call.permissions.tree(auth, call.text('path'));
}

function users(call: PbsCall): Row[] {
  const { accounts } = call.host.place;
  const all = call.mayAny('/access/users', 'Sys.Audit');
  return [...accounts.users.values()]
    .filter(({ user }) => all || user === call.who.user)
    .map(({ user, comment }) => ({
      userid: user,
      comment,
      enable: true,
      expire: 0,
      ...(call.flag('include_tokens')
        ? {
            tokens: [...accounts.tokens.values()]
              .filter((token) => token.user === user)
              .map((token) => ({
                tokenid: `${user}!${token.token}`,
                comment: token.comment,
                enable: true,
                expire: 0,
              })),
          }
        : {}),
    }));
}

function acl(call: PbsCall): Row[] {
  const path = call.text('path');
  const all = call.mayAny('/access/acl', 'Sys.Audit');
  const tokens = `${call.who.user}!`;
  return call.host.place.accounts.acl
    .filter((entry) => all || entry.ugid.startsWith(tokens))
    .filter(
      (entry) =>
        path === undefined ||
        entry.path === path ||
        (!call.flag('exact') && (path === '/' || entry.path.startsWith(`${path}/`))),
    )
    .map((entry) => ({
      path: entry.path,
      propagate: entry.propagate,
      roleid: entry.roleid,
      ugid: entry.ugid,
      ugid_type: 'user',
    }));
}

const path = maybeText({ minLength: 1, maxLength: 128 });

export const accessEndpoints: readonly PbsEndpoint[] = [
  {
    method: 'GET',
    path: '/ping',
    permission: 'world',
    parameters: {},
    handler: () => ({ pong: true }),
  },
  {
    method: 'GET',
    path: '/version',
    permission: 'all',
    parameters: {},
    handler: () => ({ version: '4.2', release: '6', repoid: '9d3e7c15b0a2f8c4' }),
  },
  {
    method: 'GET',
    path: '/access/domains',
    permission: 'world',
    parameters: {},
    handler: () => [
      { realm: 'pam', type: 'pam', comment: 'Linux PAM standard authentication', default: true },
      { realm: 'pbs', type: 'pbs', comment: 'Proxmox Backup authentication server' },
    ],
  },
  {
    method: 'POST',
    path: '/access/ticket',
    permission: 'world',
    parameters: {
      username: text({
        pattern: /^[^\s:/]+@[A-Za-z0-9_][A-Za-z0-9._-]*$/,
        minLength: 3,
        maxLength: 64,
      }),
      password: maybeText(),
      'http-only': maybeFlag,
      path: maybeText(),
      port: maybeInteger({ minimum: 0, maximum: 65_535 }),
      privs: maybeText(),
      'tfa-challenge': maybeText(),
    },
    handler: login,
  },
  {
    method: 'GET',
    path: '/access/permissions',
    permission: 'all',
    parameters: { 'auth-id': maybeSomeone, path },
    handler: permissions,
  },
  {
    method: 'GET',
    path: '/access/users',
    permission: 'all',
    parameters: { include_tokens: maybeFlag },
    handler: users,
  },
  {
    method: 'GET',
    path: '/access/roles',
    permission: 'all',
    parameters: {},
    handler: () => Object.entries(pbsRoles).map(([roleid, privs]) => ({ roleid, privs })),
  },
  {
    method: 'GET',
    path: '/access/acl',
    permission: 'all',
    parameters: { path, exact: maybeFlag },
    handler: acl,
  },
];
