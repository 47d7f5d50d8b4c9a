import { createHmac, timingSafeEqual } from 'node:crypto';

/** How long tickets and CSRF tokens live, seconds. */
export const ticketLifetime = 2 * 3600;
/** A ticket from a clock that runs ahead is still taken. */
const toleratedLead = 300;

function sign(key: Buffer, text: string): string {
  return createHmac('sha256', key).update(text).digest('base64').replace(/=+$/, '');
}

function same(a: string, b: string): boolean {
  const [x, y] = [Buffer.from(a), Buffer.from(b)];
  return x.length === y.length && timingSafeEqual(x, y);
}

function hexTime(seconds: number): string {
  return seconds.toString(16).toUpperCase().padStart(8, '0');
}

/** `PVE:<data>:<hex time>::<signature>`; `secret` is signed with it but not shown. */
export function makeTicket(
  key: Buffer,
  seconds: number,
  data: string,
  secret = '',
  product: 'PVE' | 'PBS' = 'PVE',
): string {
  const plain = `${product}:${data}:${hexTime(seconds)}`;
  return `${plain}::${sign(key, `${plain}${secret}`)}`;
}

/** The data of a ticket that is genuine and not too old, else undefined. */
export function readTicket(
  key: Buffer,
  seconds: number,
  ticket: string,
  secret = '',
): string | undefined {
  const match = /^(P[VB][ES]:([^:\s]*):([0-9A-F]{8}))::(\S+)$/.exec(ticket);
  const [, plain = '', data, time = '', signature = ''] = match ?? [];
  if (data === undefined || !same(signature, sign(key, `${plain}${secret}`))) return undefined;
  const age = seconds - Number.parseInt(time, 16);
  return age > -toleratedLead && age < ticketLifetime ? data : undefined;
}

export function makeCsrfToken(key: Buffer, seconds: number, user: string): string {
  const time = hexTime(seconds);
  return `${time}:${sign(key, `csrf:${time}:${user}`)}`;
}

export function isCsrfToken(key: Buffer, seconds: number, user: string, token: string): boolean {
  const [time = '', signature = ''] = token.split(':');
  if (!same(signature, sign(key, `csrf:${time}:${user}`))) return false;
  const age = seconds - Number.parseInt(time, 16);
  return age > -toleratedLead && age < ticketLifetime;
}
