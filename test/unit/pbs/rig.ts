import type { ServerResponse } from 'node:http';
import type { TestContext } from 'node:test';
import type { PveAuth, TlsTrust } from '../../../source/domain/homelab.ts';
import type { CallRecord } from '../../../source/domain/inventory.ts';
import type { PbsId } from '../../../source/domain/pbs.ts';
import { ok, type Result } from '../../../source/domain/result.ts';
import { Secret } from '../../../source/domain/secret.ts';
import type { SiteId } from '../../../source/domain/site.ts';
import { createServices } from '../../../source/services/index.ts';
import type { PbsServer } from '../../../source/services/pbs-api.ts';
import type { Asker, Services } from '../../../source/services/types.ts';
import { memoryStore, password, quick } from '../http/fake-environment.ts';
import {
  certificate,
  type FakeServer,
  type Handler,
  json,
  type Seen,
  startServer,
} from '../http/fake-server.ts';

export const secret = '01234567-89ab-cdef-0123-456789abcdef';
export const shown = await certificate();
export const tokenAuth: PveAuth = {
  kind: 'token',
  token: 'homelab@pbs!ro',
  secret: { from: 'env', name: 'PBS' },
};
export const userAuth: PveAuth = {
  kind: 'user',
  user: 'admin@pbs',
  password: { from: 'env', name: 'PBS' },
};

export interface Setup {
  readonly tls?: TlsTrust;
  readonly auth?: PveAuth;
  readonly asker?: Partial<Asker>;
  readonly readOnly?: boolean;
  readonly timings?: Partial<typeof quick>;
}

export interface Rig {
  readonly server: FakeServer;
  readonly services: Services;
  readonly pbs: PbsServer;
  readonly records: CallRecord[];
  readonly clock: { offset: number };
  readonly store: ReturnType<typeof memoryStore>;
}

/** Our own client against a bare HTTPS server on loopback that answers what the test says. */
export async function serve(t: TestContext, handler: Handler, setup: Setup = {}): Promise<Rig> {
  const server = await startServer(shown, handler);
  t.after(() => server.close());
  const records: CallRecord[] = [];
  const clock = { offset: 0 };
  const store = memoryStore();
  const id = 'pbs1' as PbsId;
  const site = 'home' as SiteId;
  const pinned: TlsTrust = { kind: 'fingerprint', fingerprint: shown.fingerprint };
  const services = createServices(
    {
      sites: [
        {
          id: site,
          // Nothing listens there: a backup server must not need its site.
          endpoints: ['https://127.0.0.1:1'],
          auth: tokenAuth,
          tls: { kind: 'ask' },
          pbs: [
            {
              id,
              site,
              endpoints: [server.url],
              auth: setup.auth ?? tokenAuth,
              tls: setup.tls ?? pinned,
            },
          ],
        },
      ],
      asker: {
        trustCertificate: async () => 'no',
        secondFactor: async () => undefined,
        ...setup.asker,
      },
      trust: store,
      resolveSecret: async ({ auth }) => ok(new Secret(auth.kind === 'token' ? secret : password)),
      readCa: async () => ok(''),
      now: () => Date.now() + clock.offset,
      random: () => 0.5,
      readOnly: setup.readOnly ?? false,
      onCall: (record) => records.push(record),
    },
    { ...quick, ...setup.timings },
  );
  t.after(() => services.close());
  const pbs = services.pbsServer(id);
  if (!pbs) throw new Error('no server');
  return { server, services, pbs, records, clock, store };
}

/** Answers every request with the same `data`. */
export function always(data: unknown, beside: object = {}): Handler {
  return (_seen, response) => json(response, { data, ...beside });
}

/** An error as PBS sends it: plain text that calls itself JSON. */
export function refuse(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, {
    'content-type': 'application/json;charset=UTF-8',
    'content-length': Buffer.byteLength(text),
  });
  response.end(text);
}

export function failing(status: number, text: string): Handler {
  return (_seen, response) => refuse(response, status, text);
}

export function kindOf(result: Result<unknown>): string {
  return result.ok ? 'ok' : result.failure.kind;
}

export function answered<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(JSON.stringify(result.failure));
  return result.value;
}

/** What a request carried, in the query or in the body. */
export function sentIn(seen: Seen | undefined): Readonly<Record<string, string>> {
  return { ...Object.fromEntries(seen?.query ?? []), ...Object.fromEntries(seen?.form ?? []) };
}

/** Seconds since the epoch, now or so many seconds from now. */
export function epochNow(after = 0): number {
  return Math.floor(Date.now() / 1000) + after;
}

/** A UPID that began at `starttime` (s). */
export function upid(
  type: string,
  id: string,
  { starttime = epochNow(-60), node = 'backup', user = 'root@pam' } = {},
): string {
  const hex = starttime.toString(16).toUpperCase().padStart(8, '0');
  return `UPID:${node}:000004D2:0000A1B2:0000000C:${hex}:${type}:${id}:${user}:`;
}
