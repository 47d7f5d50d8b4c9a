import { createHmac, timingSafeEqual } from 'node:crypto';

/** How long a console's ticket is good, seconds. */
export const vncTicketLifetime = 40;

function sign(key: Buffer, text: string): string {
  return createHmac('sha256', key).update(text).digest('base64');
}

/** `PVEVNC:<hex time>::<signature>`, for one user and one path of the permission tree. */
export function makeVncTicket(key: Buffer, seconds: number, user: string, path: string): string {
  const plain = `PVEVNC:${seconds.toString(16).toUpperCase().padStart(8, '0')}`;
  return `${plain}::${sign(key, `${plain}:${user}:${path}`)}`;
}

/** Genuine, for this user and path, and not too old? */
export function isVncTicket(
  key: Buffer,
  seconds: number,
  ticket: string,
  user: string,
  path: string,
): boolean {
  const match = /^(PVEVNC:([0-9A-F]{8}))::(\S+)$/.exec(ticket);
  const [, plain = '', time = '', signature = ''] = match ?? [];
  const [a, b] = [Buffer.from(signature), Buffer.from(sign(key, `${plain}:${user}:${path}`))];
  if (!match || a.length !== b.length || !timingSafeEqual(a, b)) return false;
  const age = seconds - Number.parseInt(time, 16);
  return age >= -20 && age < vncTicketLifetime;
}
