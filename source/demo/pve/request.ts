import type { IncomingMessage } from 'node:http';
import { ApiError, parameterErrors } from './errors.ts';
import type { RawParameters } from './parameters.ts';

const bodyLimit = 512 * 1024;

export type Formatter = 'json' | 'extjs' | 'spiceconfig';

export interface ApiRequest {
  readonly formatter: Formatter;
  /** Without `/api2/json`, decoded: `/nodes/pve1/status`. */
  readonly path: string;
  readonly query: URLSearchParams;
}

/** Reads the request line; undefined when the path is not below `/api2`. */
export function readTarget(url: string): ApiRequest | undefined {
  const cut = url.indexOf('?');
  const rawPath = cut < 0 ? url : url.slice(0, cut);
  let path: string;
  try {
    path = decodeURIComponent(rawPath);
  } catch {
    return undefined;
  }
  const match = /^\/+api2\/(json|extjs|spiceconfig)(\/.*|)$/.exec(path);
  if (!match) return undefined;
  return {
    formatter: match[1] as Formatter,
    path: (match[2] ?? '').replace(/\/{2,}/g, '/').replace(/\/$/, '') || '/',
    query: new URLSearchParams(cut < 0 ? '' : url.slice(cut + 1)),
  };
}

/** The whole body, at most 512 KiB. */
export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += (chunk as Buffer).length;
    if (size > bodyLimit) throw new ApiError(501, 'for data too large');
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
}

/** Reasons to refuse a request before its body is read. */
export function refuseBody(request: IncomingMessage): ApiError | undefined {
  const { method = '', headers } = request;
  if (!['GET', 'POST', 'PUT', 'DELETE'].includes(method)) {
    return new ApiError(501, `method '${method}' not available`);
  }
  if (headers['transfer-encoding'] !== undefined) {
    return new ApiError(501, 'chunked transfer encoding not supported');
  }
  const length = Number(headers['content-length'] ?? 0);
  if (length > bodyLimit) return new ApiError(501, 'for data too large');
  if (length > 0 && (method === 'DELETE' || method === 'GET')) {
    return new ApiError(501, `Unexpected content for method '${method}'`);
  }
  return undefined;
}

function fromPairs(pairs: URLSearchParams): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const name of new Set(pairs.keys())) {
    const all = pairs.getAll(name);
    values[name] = all.length === 1 ? all[0] : all;
  }
  return values;
}

function fromJson(body: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = body === '' ? {} : JSON.parse(body);
  } catch {
    throw new ApiError(400, 'malformed JSON string');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw parameterErrors({ '': 'data is not an object' });
  }
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== null));
}

/** Parameters of query and body; a name in both is the body's. */
export function readParameters(
  query: URLSearchParams,
  contentType: string | undefined,
  body: Buffer,
): RawParameters {
  const fromQuery = fromPairs(query);
  if (body.length === 0) return fromQuery;
  const text = body.toString('utf8');
  const type = (contentType ?? 'application/x-www-form-urlencoded').split(';')[0]?.trim();
  if (type === 'application/json') return { ...fromQuery, ...fromJson(text) };
  if (type === 'application/x-www-form-urlencoded') {
    return { ...fromQuery, ...fromPairs(new URLSearchParams(text)) };
  }
  throw new ApiError(501, `upload '${type}' not allowed`);
}

const secretNames =
  /^(?:password|cipassword|otp|tfa-challenge|key|secret|(?:vnc)?ticket|sshkeys)$/i;

/** Parameters as the request log keeps them. */
export function withoutSecrets(raw: RawParameters): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(raw).map(([name, value]) => [name, secretNames.test(name) ? '***' : value]),
  );
}
