import type { IncomingHttpHeaders } from 'node:http';
import type { AuthId } from '../world/upid.ts';
import type { World } from '../world/world.ts';
import { unauthorized } from './errors.ts';
import { isCsrfToken, readTicket } from './tickets.ts';

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The ticket or token a request carries; a cookie beats the header. */
function credential(
  headers: IncomingHttpHeaders,
): { ticket: string } | { token: string } | undefined {
  const cookie = /(?:^|;)\s*PVEAuthCookie=([^;]*)/.exec(headers.cookie ?? '')?.[1];
  if (cookie) return { ticket: decode(cookie) };
  const header = headers.authorization ?? '';
  const token = /^PVEAPIToken[= ](\S+)$/.exec(header)?.[1];
  if (token) return { token: decode(token) };
  const ticket = /^PVEAuthCookie[= ](\S+)$/.exec(header)?.[1];
  return ticket ? { ticket: decode(ticket) } : undefined;
}

/**
 * Who sends this request.
 * @throws ApiError 401
 */
export function authenticate(world: World, method: string, headers: IncomingHttpHeaders): AuthId {
  const given = credential(headers);
  if (!given) throw unauthorized('No ticket');
  const { accounts, clock } = world;
  if ('token' in given) {
    const match = /^([^\s:/!]+@[^\s:/!]+)!([^=\s]+)=(\S+)$/.exec(given.token);
    const [, user = '', name = '', secret = ''] = match ?? [];
    const account = accounts.tokens.get(`${user}!${name}`);
    if (!account || account.secret !== secret) throw unauthorized('Authentication failed!');
    return { user, token: name };
  }
  const user = readTicket(accounts.ticketKey, clock.seconds, given.ticket);
  if (user === undefined || !accounts.users.has(user)) throw unauthorized('Authentication failed!');
  if (method !== 'GET') {
    const csrf = String(headers.csrfpreventiontoken ?? '');
    if (!isCsrfToken(accounts.ticketKey, clock.seconds, user, csrf)) {
      throw unauthorized('Permission denied - invalid csrf token');
    }
  }
  return { user };
}
