import type { TestContext } from 'node:test';
import type { Line } from '../../../source/components/line.ts';
import type { CellContext } from '../../../source/components/table/columns.ts';
import { type Demo, type DemoOptions, startDemo } from '../../../source/demo/index.ts';
import type { DetailRequest } from '../../../source/domain/detail.ts';
import type { PveAuth } from '../../../source/domain/homelab.ts';
import type { CallRecord, SiteInventory } from '../../../source/domain/inventory.ts';
import { ok } from '../../../source/domain/result.ts';
import { Secret } from '../../../source/domain/secret.ts';
import { clockSkews } from '../../../source/domain/server-time.ts';
import type { SiteId } from '../../../source/domain/site.ts';
import type { Timings } from '../../../source/services/http/timings.ts';
import { createServices } from '../../../source/services/index.ts';
import type { Asker, PveSite, ServiceEnvironment } from '../../../source/services/types.ts';
import { createDetails } from '../../../source/store/details.ts';
import type { Timers } from '../../../source/store/poller.ts';
import { emptySite, startSiteSources } from '../../../source/store/site-sources.ts';
import { createDataStore, type Store } from '../../../source/store/store.ts';
import { framePieces } from '../../../source/views/frame.ts';
import { viewOf } from '../../../source/views/index.ts';
import type { ViewContext, ViewId } from '../../../source/views/types.ts';
import { until } from '../../support/until.ts';

/** Waits of the client, short enough for a test and long enough for a busy machine. */
const quick: Timings = {
  connect: 2_000,
  read: 1_500,
  write: 3_000,
  pause: 30_000,
  idle: 4_000,
  retry: 1,
  silence: 10_000,
};

export interface RigOptions extends Omit<DemoOptions, 'now'> {
  /** Logs in with this user's password instead of the administrator's token. */
  readonly user?: string;
  readonly role?: 'admin' | 'auditor' | 'desktop';
  readonly endpoints?: readonly string[];
  readonly timings?: Partial<Timings>;
  readonly asker?: Partial<Asker>;
  /** Server clock minus ours, ms. */
  readonly skew?: number;
  /** Breaks the demo before the client first asks. */
  readonly before?: (demo: Demo) => void;
}

/** The client and the store as the console has them, against a demo over TLS, on a clock that the test moves. */
export interface Rig {
  readonly demo: Demo;
  readonly world: Demo['world'];
  readonly site: PveSite;
  readonly store: Store;
  readonly calls: readonly CallRecord[];
  now(): number;
  inventory(): SiteInventory;
  /** Moves the clock in steps of 5 s and lets every poller that is due end its call. */
  advance(seconds: number): Promise<void>;
  /** The same in one step, as after a laptop's sleep. */
  jump(seconds: number): Promise<void>;
  /** Until nobody waits for an answer. */
  settle(): Promise<void>;
  /** Loads details as a page does. */
  want(...requests: DetailRequest[]): Promise<void>;
  /** As the key `r`. */
  refresh(): Promise<void>;
  /** The header, the notes above a list, and its rows with every column. */
  header(): string;
  notes(view: ViewId): string;
  row(view: ViewId, key: string): string;
  context(): ViewContext;
  cells(): CellContext;
  /** `GET /nodes/pve1/status` … that reached the demo, oldest first. */
  requests(match?: RegExp): string[];
  stop(): void;
}

interface Waiting {
  readonly at: number;
  readonly run: () => void;
}

/** Timers that only run when the test moves the clock. */
function manualTimers(now: () => number) {
  const waiting = new Map<object, Waiting>();
  const timers: Timers = {
    now,
    random: () => 0,
    setTimeout: (run, ms) => {
      const handle = {};
      waiting.set(handle, { at: now() + ms, run });
      return handle;
    },
    clearTimeout: (handle) => void waiting.delete(handle as object),
  };
  return {
    timers,
    count: () => waiting.size,
    runDue: () => {
      for (const [handle, { at, run }] of [...waiting]) {
        if (at > now() || !waiting.delete(handle)) continue;
        run();
      }
    },
  };
}

const lineText = (line: Line) => line.map(({ text }) => text).join('');
export const textOf = (lines: readonly Line[]) => lines.map(lineText).join('\n');

export async function startRig(t: Pick<TestContext, 'after'>, options: RigOptions = {}) {
  const clock = { offset: 0 };
  const now = () => Date.now() + clock.offset;
  const { user, role, endpoints, timings, asker, skew = 0, before, ...demoOptions } = options;
  const demo = await startDemo({ ...demoOptions, now: () => now() + skew });
  t.after(() => demo.close());
  demo.world.settings.unauthorizedDelay = 0;
  before?.(demo);
  const calls: CallRecord[] = [];
  const environment = makeEnvironment({ demo, now, calls, user, role, endpoints, asker });
  const services = createServices(environment, { ...quick, ...timings });
  const [site] = services.sites;
  if (!site) throw new Error('no site');
  const manual = manualTimers(now);
  const store = createDataStore({ sites: [emptySite(site.id)] });
  const sources = startSiteSources(site, store, manual.timers, () => false);
  const details = createDetails(services, store, manual.timers);
  const stop = () => {
    sources.stop();
    details.stop();
  };
  t.after(async () => {
    stop();
    await services.close();
  });
  let pollers = 5;
  const inventory = () => store.getState().sites[0] ?? emptySite(site.id);
  const settle = async () => {
    await until('every poller to rest', () => manual.count() === pollers);
  };
  const context = (): ViewContext => ({
    now: now(),
    ascii: false,
    width: 118,
    height: 30,
    sites: store.getState().sites,
    details: store.getState().details,
    timeframe: 'hour',
  });
  const cells = (): CellContext => ({
    now: now(),
    ascii: false,
    manySites: false,
    skew: clockSkews(store.getState().sites),
    ownSkew: clockSkews(store.getState().sites)[site.id] ?? 0,
  });
  const rig: Rig = {
    demo,
    world: demo.world,
    site,
    store,
    calls,
    now,
    inventory,
    settle,
    advance: async (seconds) => {
      for (let left = seconds; left > 0; left -= 5) {
        clock.offset += Math.min(5, left) * 1000;
        manual.runDue();
        await settle();
      }
    },
    jump: async (seconds) => {
      clock.offset += seconds * 1000;
      manual.runDue();
      await settle();
    },
    want: async (...requests) => {
      pollers = 5 + requests.length;
      details.want(requests);
      await settle();
    },
    refresh: async () => {
      site.reset();
      sources.refresh();
      details.refresh();
      await settle();
    },
    header: () => {
      const facts = { sites: [inventory()], crumbs: [], now: now(), readOnly: false, alerts: 0 };
      const { left, right } = framePieces(facts);
      return [...left, ...right].map(({ line }) => lineText(line)).join(' | ');
    },
    notes: (view) => textOf(viewOf(view).notes?.(context()) ?? []),
    row: (id, key) => {
      const view = viewOf(id);
      const row = view.rows([inventory()], store.getState().details).find((each) => {
        return view.rowKey(each) === key;
      });
      if (row === undefined) throw new Error(`no row ${key} in ${id}`);
      const made = view.columns.map((column) => column.cell(row, cells()));
      return made.map((cell) => ('text' in cell ? cell.text : lineText(cell))).join(' | ');
    },
    context,
    cells,
    requests: (match = /./) =>
      demo
        .requests()
        .map(({ method, path }) => `${method} ${path}`)
        .filter((line) => match.test(line)),
    stop,
  };
  await settle();
  return rig;
}

function makeEnvironment(from: {
  demo: Demo;
  now: () => number;
  calls: CallRecord[];
  user: string | undefined;
  role: RigOptions['role'];
  endpoints: readonly string[] | undefined;
  asker: Partial<Asker> | undefined;
}): ServiceEnvironment {
  const { info } = from.demo;
  const nowhere = { from: 'env', name: 'UNUSED' } as const;
  const token = info.tokens[from.role ?? 'admin'];
  const auth: PveAuth = from.user
    ? { kind: 'user', user: from.user, password: nowhere }
    : { kind: 'token', token: token.id, secret: nowhere };
  const password = info.users.find(({ user }) => user === from.user)?.password;
  return {
    sites: [
      {
        id: 'home' as SiteId,
        endpoints: from.endpoints ?? info.pve,
        auth,
        tls: { kind: 'fingerprint', fingerprint: info.fingerprint },
      },
    ],
    asker: {
      trustCertificate: async () => 'no',
      secondFactor: async () => undefined,
      ...from.asker,
    },
    trust: { get: () => undefined, set: async () => undefined },
    resolveSecret: async () => ok(new Secret(password ?? token.secret)),
    readCa: async () => ok(''),
    now: from.now,
    random: () => 0.5,
    readOnly: false,
    onCall: (record) => void from.calls.push(record),
  };
}
