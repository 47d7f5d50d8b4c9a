import type { IncomingMessage } from 'node:http';
import { PbsRefusal } from '../world/pbs/host.ts';
import type { PbsFormatter } from './answer.ts';

const bodyLimit = 64 * 1024;
const queryLimit = 3 * 1024;

export interface PbsTarget {
  readonly formatter: PbsFormatter;
  /** Without `/api2/json`; its parts are decoded. */
  readonly parts: readonly string[];
  readonly query: string;
}

/** Reads the request line; undefined when the path is not below `/api2`. */
export function readPbsTarget(url: string): PbsTarget | undefined {
  const cut = url.indexOf('?');
  const [empty = '', api, formatter, ...rest] = (cut < 0 ? url : url.slice(0, cut)).split('/');
  if (empty !== '' || api !== 'api2' || (formatter !== 'json' && formatter !== 'extjs')) {
    return undefined;
  }
  try {
    const parts = rest.filter(Boolean).map(decodeURIComponent);
    return { formatter, parts, query: cut < 0 ? '' : url.slice(cut + 1) };
  } catch {
    return undefined;
  }
}

/** The whole body, at most 64 KiB. */
export async function readPbsBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += (chunk as Buffer).length;
    if (size > bodyLimit) throw new PbsRefusal('request body too large');
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function fromPairs(text: string): Record<string, unknown> {
  const pairs = new URLSearchParams(text);
  return Object.fromEntries(
    [...new Set(pairs.keys())].map((name) => {
      const all = pairs.getAll(name);
      return [name, all.length === 1 ? all[0] : all];
    }),
  );
}

/** Parameters of a request. With a JSON body the query counts for nothing. */
export function readPbsParameters(
  query: string,
  contentType: string | undefined,
  body: string,
): Record<string, unknown> {
  if (query.length > queryLimit) throw new PbsRefusal('query string too long');
  const type = (contentType ?? '').split(';')[0]?.trim();
  if (type === 'application/json' && body !== '') {
    let value: unknown;
    try {
      value = JSON.parse(body);
    } catch (error) {
      throw new PbsRefusal(`unable to parse parameters: ${(error as Error).message}`);
    }
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw new PbsRefusal('unable to parse parameters: not an object');
    }
    return { ...value };
  }
  return { ...fromPairs(query), ...fromPairs(body) };
}
