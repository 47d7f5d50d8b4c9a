import { STATUS_CODES } from 'node:http';
import { promisify } from 'node:util';
import { deflate } from 'node:zlib';
import type { Reply } from '../pve/answer.ts';
import type { PbsRefusal } from '../world/pbs/host.ts';
import { PbsFile, PbsPage } from './endpoint.ts';

export type PbsFormatter = 'json' | 'extjs';

const compress = promisify(deflate);
const deflateFrom = 1024;
const json = 'application/json;charset=UTF-8';

/** The answer of a handler that succeeded. */
export async function pbsSuccess(
  formatter: PbsFormatter,
  result: unknown,
  takesDeflate: boolean,
): Promise<Reply> {
  if (result instanceof PbsFile) {
    const body = Buffer.from(result.body, 'utf8');
    return { status: 200, statusText: 'OK', headers: { 'Content-Type': result.type }, body };
  }
  const answer: Record<string, unknown> =
    result instanceof PbsPage ? { data: result.data, ...result.more } : { data: result ?? null };
  if (formatter === 'extjs') answer.success = true;
  const headers: Record<string, string> = { 'Content-Type': json };
  let body: Buffer = Buffer.from(JSON.stringify(answer), 'utf8');
  if (takesDeflate && body.length > deflateFrom) {
    headers['Content-Encoding'] = 'deflate';
    body = await compress(body, { level: 1 });
  }
  return { status: 200, statusText: 'OK', headers, body };
}

/** A refusal: its text as it is, labelled as JSON all the same. Only ExtJS gets an object. */
export function pbsFailure(formatter: PbsFormatter, error: PbsRefusal): Reply {
  const { status, message } = error;
  if (formatter === 'extjs') {
    const answer = { data: null, success: false, status, message, errors: {} };
    const body = Buffer.from(JSON.stringify(answer));
    return { status: 200, statusText: 'OK', headers: { 'Content-Type': json }, body };
  }
  return {
    status,
    statusText: STATUS_CODES[status] ?? 'Error',
    headers: { 'Content-Type': json },
    body: Buffer.from(message, 'utf8'),
  };
}
