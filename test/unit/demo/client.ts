import assert from 'node:assert/strict';
import { request as httpsRequest } from 'node:https';
import { gunzipSync } from 'node:zlib';
import { type Demo, type DemoOptions, startDemo } from '../../../source/demo/index.ts';

export interface Answer {
  readonly status: number;
  readonly statusText: string;
  readonly headers: Record<string, string | string[] | undefined>;
  readonly text: string;
  readonly body: {
    data?: unknown;
    message?: string;
    errors?: Record<string, string>;
    total?: number;
  };
}

export interface Ask {
  readonly form?: Record<string, string>;
  readonly headers?: Record<string, string>;
  /** Index of the endpoint; the first when absent. */
  readonly endpoint?: number;
  /** Which token; none = no login at all. */
  readonly as?: 'admin' | 'auditor' | 'desktop' | 'none';
  readonly rawBody?: string;
  readonly formatter?: string;
}

function parse(text: string): Answer['body'] {
  try {
    return JSON.parse(text) as Answer['body'];
  } catch {
    return {};
  }
}

/** One request the way a foreign client would send it. Rejects when the connection breaks. */
export async function ask(
  demo: Demo,
  method: string,
  path: string,
  options: Ask = {},
): Promise<Answer> {
  const base = demo.info.pve[options.endpoint ?? 0] ?? '';
  const body = options.rawBody ?? (options.form && new URLSearchParams(options.form).toString());
  const as = options.as ?? 'admin';
  const headers: Record<string, string> = {
    ...(as === 'none'
      ? {}
      : {
          Authorization: `PVEAPIToken=${demo.info.tokens[as].id}=${demo.info.tokens[as].secret}`,
        }),
    ...formHeaders(body),
    ...options.headers,
  };
  const raw = await send(`${base}/api2/${options.formatter ?? 'json'}${path}`, method, {
    headers,
    ...(body === undefined ? {} : { body }),
  });
  return { ...raw, body: parse(raw.text) };
}

interface Sent {
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** One request on a connection of its own, whatever the certificate. Rejects when the connection breaks. */
export function send(url: string, method: string, sent: Sent): Promise<Omit<Answer, 'body'>> {
  const options = { method, headers: sent.headers, rejectUnauthorized: false, agent: false };
  return new Promise((resolve, reject) => {
    const request = httpsRequest(url, options, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const raw = Buffer.concat(chunks);
        const zipped = response.headers['content-encoding'] === 'gzip';
        resolve({
          status: response.statusCode ?? 0,
          statusText: response.statusMessage ?? '',
          headers: response.headers,
          text: (zipped ? gunzipSync(raw) : raw).toString('utf8'),
        });
      });
    });
    request.on('error', reject);
    request.end(sent.body);
  });
}

/** The headers that go with a form. */
export function formHeaders(body: string | undefined): Record<string, string> {
  if (body === undefined) return {};
  return {
    'Content-Type': 'application/x-www-form-urlencoded',
    'Content-Length': String(Buffer.byteLength(body)),
  };
}

export async function data<T>(
  demo: Demo,
  method: string,
  path: string,
  options: Ask = {},
): Promise<T> {
  const answer = await ask(demo, method, path, options);
  if (answer.status !== 200)
    throw new Error(`${method} ${path}: ${answer.status} ${answer.statusText}`);
  return answer.body.data as T;
}

/** A demo whose clock stands still until the test moves it; closed when the test ends. */
export async function demoFor(
  t: { after(fn: () => Promise<void>): void },
  options: DemoOptions = {},
): Promise<Demo> {
  const demo = await startDemo({ now: () => Date.UTC(2026, 6, 18, 12, 0, 3), ...options });
  demo.world.settings.unauthorizedDelay = 0;
  t.after(async () => {
    await demo.close();
    assert.deepEqual(demo.world.failures, []);
  });
  return demo;
}

/** Sends a write, lets the clock run, and gives back the task's end and log. */
export async function runTask(
  demo: Demo,
  path: string,
  form: Record<string, string> = {},
  seconds = 120,
  method = 'POST',
): Promise<{ upid: string; status: string | undefined; log: readonly string[] }> {
  const upid = await data<string>(demo, method, path, method === 'DELETE' ? {} : { form });
  demo.world.faults.advance(seconds);
  const task = demo.world.tasks.get(upid);
  return { upid, status: task?.status, log: task?.log ?? [] };
}
