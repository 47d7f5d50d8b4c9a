import type { Demo } from '../../../source/demo/index.ts';
import { formHeaders, send } from './client.ts';

export interface PbsAnswer {
  readonly status: number;
  readonly statusText: string;
  readonly headers: Record<string, string | string[] | undefined>;
  readonly text: string;
  /** Empty when the text is no JSON. */
  readonly body: {
    data?: unknown;
    total?: number;
    active?: boolean;
    success?: boolean;
    message?: string;
  };
}

export interface PbsAsk {
  readonly form?: Record<string, string> | [string, string][];
  readonly headers?: Record<string, string>;
  /** The server's name; `pbs1` when absent. */
  readonly server?: string;
  /** Which token; none = no login at all. */
  readonly as?: 'admin' | 'auditor' | 'backup' | 'none';
  readonly rawBody?: string;
  readonly formatter?: string;
}

function parse(text: string): PbsAnswer['body'] {
  try {
    return JSON.parse(text) as PbsAnswer['body'];
  } catch {
    return {};
  }
}

export function serverOf(demo: Demo, name = 'pbs1') {
  const server = demo.info.pbs.find((one) => one.name === name);
  if (!server) throw new Error(`no backup server ${name}`);
  return server;
}

/** One request to a backup server the way a foreign client would send it. Rejects when the connection breaks. */
export async function askPbs(
  demo: Demo,
  method: string,
  path: string,
  options: PbsAsk = {},
): Promise<PbsAnswer> {
  const server = serverOf(demo, options.server);
  const as = options.as ?? 'admin';
  const token = as === 'none' ? undefined : server.tokens[as];
  const body = options.rawBody ?? (options.form && new URLSearchParams(options.form).toString());
  const headers: Record<string, string> = {
    ...(token ? { Authorization: `PBSAPIToken=${token.id}:${token.secret}` } : {}),
    ...formHeaders(body),
    ...options.headers,
  };
  const url = `${server.endpoint}/api2/${options.formatter ?? 'json'}${path}`;
  const raw = await send(url, method, { headers, ...(body === undefined ? {} : { body }) });
  return { ...raw, body: parse(raw.text) };
}

/** The data of an answer that must be a success. */
export async function pbsData<T>(
  demo: Demo,
  method: string,
  path: string,
  options: PbsAsk = {},
): Promise<T> {
  const answer = await askPbs(demo, method, path, options);
  if (answer.status !== 200) {
    throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
  }
  return answer.body.data as T;
}

export interface EndedTask {
  readonly upid: string;
  readonly status: string | undefined;
  readonly log: readonly string[];
}

/** Sends a write that starts a task, lets the clock run, and gives back how it ended. */
export async function runPbsTask(
  demo: Demo,
  path: string,
  form: Record<string, string> = {},
  options: PbsAsk & { readonly seconds?: number } = {},
): Promise<EndedTask> {
  const upid = await pbsData<string>(demo, 'POST', path, { ...options, form });
  demo.world.faults.advance(options.seconds ?? 3600);
  const realm = await demo.world.pbs.load();
  const task = realm.host(options.server ?? 'pbs1').tasks.get(upid);
  return { upid, status: task?.status, log: task?.log ?? [] };
}
