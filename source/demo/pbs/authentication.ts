import type { IncomingHttpHeaders } from 'node:http';
import { isCsrfToken, readTicket } from '../pve/tickets.ts';
import { type PbsHost, PbsRefusal } from '../world/pbs/host.ts';
import type { AuthId } from '../world/upid.ts';

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function cookieOf(headers: IncomingHttpHeaders): string | undefined {
  const value = /(?:^|;)\s*(?:__Host-)?PBSAuthCookie=([^;]*)/.exec(headers.cookie ?? '')?.[1];
  return value === undefined || value === '' ? undefined : decode(value);
}

function refused(why: string): PbsRefusal {
  return new PbsRefusal(`authentication failed - ${why}`, 401);
}

/**
 * Who sends this request: a cookie beats the header, a token is `PBSAPIToken=USER@REALM!NAME:SECRET`.
 * @throws PbsRefusal 401
 */
export function authenticatePbs(
  host: PbsHost,
  method: string,
  headers: IncomingHttpHeaders,
): AuthId {
  const { accounts } = host.place;
  const { seconds } = host.world.clock;
  const ticket = cookieOf(headers);
  if (ticket !== undefined) {
    const user = readTicket(accounts.ticketKey, seconds, ticket);
    if (user === undefined) throw refused('invalid ticket');
    if (user.startsWith('!tfa!')) throw refused('second login factor required');
    if (!accounts.users.has(user)) throw refused('user account disabled or expired.');
    if (method !== 'GET') {
      const csrf = String(headers.csrfpreventiontoken ?? '');
      if (!isCsrfToken(accounts.ticketKey, seconds, user, csrf)) {
        throw refused(`CSRF prevention token verification failed`);
      }
    }
    return { user };
  }
  const header = headers.authorization ?? '';
  const given = /^PBSAPIToken[= ](\S+)$/.exec(header)?.[1];
  if (given === undefined) throw refused('no authentication credentials provided.');
  const cut = given.indexOf(':');
  if (cut < 0) throw refused('failed to split API token header');
  const [id, secret] = [decode(given.slice(0, cut)), decode(given.slice(cut + 1))];
  const account = accounts.tokens.get(id);
  if (!account || account.secret !== secret) throw refused('invalid API token.');
  return { user: account.user, token: account.token };
}
