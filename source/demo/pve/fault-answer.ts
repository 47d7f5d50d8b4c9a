import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FaultAnswer } from '../world/faults.ts';
import { type Reply, statusLineText } from './answer.ts';

/** Does the fault only change how the true answer is sent? */
export function trueAnswerStays(fault: FaultAnswer): boolean {
  return (
    fault.status === undefined && fault.body === undefined && fault.raw === undefined && !fault.hang
  );
}

async function drip(response: ServerResponse, body: Buffer, rate: number, signal: AbortSignal) {
  const piece = Math.max(1, Math.ceil(rate / 10));
  for (let start = 0; start < body.length && !response.destroyed; start += piece) {
    response.write(body.subarray(start, start + piece));
    await sleep((piece / rate) * 1000, undefined, { signal });
  }
}

/** Sends what a fault says: wrong, cut, slow, or nothing at all. `reply` is the true answer where it is wanted. */
export async function sendFault(
  fault: FaultAnswer,
  reply: Reply | undefined,
  request: IncomingMessage,
  response: ServerResponse,
  signal: AbortSignal,
): Promise<void> {
  request.resume();
  if (fault.hang) return;
  if (fault.raw !== undefined) {
    request.socket.end(fault.raw);
    return;
  }
  const status = fault.status ?? reply?.status ?? 200;
  const body =
    fault.body === undefined ? (reply?.body ?? Buffer.alloc(0)) : Buffer.from(fault.body);
  const text = statusLineText(
    fault.statusText ?? reply?.statusText ?? (status < 400 ? 'OK' : 'Fault'),
  );
  response.writeHead(status, text, {
    Connection: 'close',
    'Content-Type': 'application/json;charset=UTF-8',
    ...reply?.headers,
    ...fault.headers,
    'Content-Length': String(body.length),
  });
  if (fault.cutAfter !== undefined) {
    response.write(body.subarray(0, fault.cutAfter), () => request.socket.destroy());
  } else if (fault.bytesPerSecond !== undefined) {
    await drip(response, body, fault.bytesPerSecond, signal);
    response.end();
  } else {
    response.end(body);
  }
}
