import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { Download, type Endpoint, Page, PlainText, Prepared } from './endpoint.ts';
import type { ApiError } from './errors.ts';
import type { Formatter } from './request.ts';

const compress = promisify(gzip);
/** Answers longer than this are compressed for clients that take it. */
const gzipFrom = 1024;

/** What goes to the wire. */
export interface Reply {
  readonly status: number;
  /** The status line's text; PVE puts the human message there. */
  readonly statusText: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** One line that a status line can carry: everything outside Latin-1's printable part becomes `?`. */
export function statusLineText(message: string): string {
  return message.trim().replace(/[^\x20-\x7e\xa0-\xff]/g, '?');
}

const json = 'application/json;charset=UTF-8';

function iniFile(data: unknown): string {
  const lines = Object.entries(data as Record<string, unknown>).map(
    ([key, value]) => `${key}=${value}`,
  );
  return `[virt-viewer]\n${lines.join('\n')}\n`;
}

function content(formatter: Formatter, result: unknown): { type: string; text: string } {
  if (result instanceof PlainText) return { type: 'text/plain', text: result.text };
  if (formatter === 'spiceconfig') {
    return { type: 'application/x-virt-viewer;charset=UTF-8', text: iniFile(result) };
  }
  if (result instanceof Prepared && formatter === 'json') return { type: json, text: result.json };
  const data =
    result instanceof Prepared
      ? (JSON.parse(result.json) as { data: unknown }).data
      : result instanceof Page
        ? result.data
        : (result ?? null);
  const answer: Record<string, unknown> = { data };
  if (result instanceof Page) answer.total = result.total;
  if (formatter === 'extjs') answer.success = 1;
  return { type: json, text: JSON.stringify(answer) };
}

/** The answer of a handler that succeeded. */
export async function successReply(
  endpoint: Endpoint,
  formatter: Formatter,
  result: unknown,
  takesGzip: boolean,
): Promise<Reply> {
  if (result instanceof Download) {
    const { type, body } = result;
    return { status: 200, statusText: 'OK', headers: { 'Content-Type': type }, body };
  }
  const { type, text } = content(formatter, result);
  const headers: Record<string, string> = { 'Content-Type': type };
  let body: Buffer = Buffer.from(text, 'utf8');
  if (endpoint.alwaysGzip || (takesGzip && body.length > gzipFrom)) {
    headers['Content-Encoding'] = 'gzip';
    if (result instanceof Prepared && formatter === 'json') {
      result.gzip ??= compress(body, { level: 1 });
      body = await result.gzip;
    } else {
      body = await compress(body);
    }
  }
  return { status: 200, statusText: 'OK', headers, body };
}

/** The answer for a refused or failed request; 401 and the proxy's 595 have no body. */
export function errorReply(formatter: Formatter, error: ApiError): Reply {
  const { status, message, errors } = error;
  const statusText = statusLineText(message);
  if (status === 401 || status >= 595) {
    return { status, statusText, headers: {}, body: Buffer.alloc(0) };
  }
  const answer: Record<string, unknown> = { data: null, message: `${message}\n` };
  if (errors) answer.errors = errors;
  const headers = { 'Content-Type': json };
  if (formatter === 'extjs') {
    const body = Buffer.from(JSON.stringify({ ...answer, success: 0, status }));
    return { status: 200, statusText: 'OK', headers, body };
  }
  return { status, statusText, headers, body: Buffer.from(JSON.stringify(answer)) };
}
