import { createHmac, timingSafeEqual } from 'node:crypto';

/** What a spiceproxy ticket lets through. */
export interface TicketTarget {
  readonly vmid: number;
  readonly node: string;
}

/** Seconds a ticket may come from the future (clocks of two nodes) and be old. */
const EARLY = 20;
const LATE = 40;

const SHAPE = /^pvespiceproxy:([0-9a-f]{8,}):(\d+):([a-z0-9-]+)::([0-9a-f]{40})$/;

/**
 * `pvespiceproxy:<hex time>:<vmid>:<node>::<signature>`, in the shape PVE signs with its key; `now` in ms.
 * All in lower case: viewers take it for a host name, and write those in lower case in their CONNECT.
 */
export function createTicket(target: TicketTarget, key: Buffer, now: number): string {
  const time = Math.floor(now / 1000)
    .toString(16)
    .padStart(8, '0');
  const plain = `pvespiceproxy:${time}:${target.vmid}:${target.node.toLowerCase()}`;
  return `${plain}::${sign(plain, key)}`;
}

/** The target of a ticket that is genuine and not older than 40 s, not more than 20 s in the future; `now` in ms. */
export function checkTicket(
  ticket: string,
  key: Buffer,
  now: number,
): TicketTarget | { readonly problem: string } {
  const [, time = '', vmid = '', node = '', signature = ''] = SHAPE.exec(ticket) ?? [];
  if (time === '') return { problem: 'invalid ticket' };
  const expected = sign(`pvespiceproxy:${time}:${vmid}:${node}`, key);
  if (!timingSafeEqual(Buffer.from(signature), Buffer.from(expected))) {
    return { problem: 'invalid ticket' };
  }
  const age = Math.floor(now / 1000) - Number.parseInt(time, 16);
  if (age < -EARLY || age > LATE) return { problem: 'ticket expired' };
  return { vmid: Number(vmid), node };
}

function sign(plain: string, key: Buffer): string {
  return createHmac('sha1', key).update(plain).digest('hex');
}
