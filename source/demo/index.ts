import { createAuthority, issueCertificate } from './certificates.ts';
import { ConsoleDesk } from './console/console-desk.ts';
import { simulatedShell } from './console/text-shell.ts';
import type { ConsoleBackends } from './console-backend.ts';
import type { Surroundings } from './pve/endpoint.ts';
import { demoEndpoints } from './pve/endpoints.ts';
import { type DemoRequestRecord, RequestLog } from './pve/request-log.ts';
import { NodeServer, type TlsFiles } from './pve/server.ts';
import { createWorld, scenarios } from './scenarios.ts';
import type { SpiceBackend, SpiceBackendFactory } from './spice-backend.ts';
import type { DemoSsh, DemoSshInfo } from './ssh/server.ts';
import { createVncBackend } from './vnc/backend.ts';
import { authIdText } from './world/upid.ts';
import type { World } from './world/world.ts';

export interface DemoOptions {
  /** One of {@link scenarioNames}; `healthy` when absent. */
  readonly scenario?: string;
  /** First port of three in a row; 0 or absent = any free ones. */
  readonly ports?: readonly number[];
  /** Same seed and clock, same figures. */
  readonly seed?: number;
  /** ms since the epoch */
  readonly now?: () => number;
  /** Seconds of a task's work per second, 1 when absent. */
  readonly speed?: number;
  /** Without it a request for a SPICE desktop is refused in words. */
  readonly spice?: SpiceBackendFactory;
  /** What stands behind text consoles and VMs' screens. */
  readonly consoles?: ConsoleBackends;
  /** SSH servers for the nodes that have an endpoint; none when absent. */
  readonly ssh?: boolean;
}

export interface DemoUser {
  readonly user: string;
  readonly password: string;
  /** BASE32 */
  readonly totp?: string;
  readonly recovery?: readonly string[];
}

/** What a client needs to use the demo; `homelab-tui demo --json` prints it on one line. */
export interface DemoInfo {
  /** One endpoint a node, in the nodes' order. */
  readonly pve: readonly string[];
  /** SHA-256 of the certificate that all endpoints show. */
  readonly fingerprint: string;
  readonly tokens: Readonly<
    Record<'admin' | 'auditor' | 'desktop', { readonly id: string; readonly secret: string }>
  >;
  readonly users: readonly DemoUser[];
  /** `http://127.0.0.1:PORT` */
  readonly spiceProxy?: string;
  readonly ssh?: DemoSshInfo;
}

export interface Demo {
  readonly info: DemoInfo;
  /** Tests look into it and break it. */
  readonly world: World;
  /** The newest 10,000 requests, oldest first. */
  requests(): readonly DemoRequestRecord[];
  close(): Promise<void>;
}

export const scenarioNames: readonly string[] = Object.keys(scenarios);

function describeAccounts(world: World): Pick<DemoInfo, 'tokens' | 'users'> {
  const { tokens, users } = world.accounts;
  const token = (id: string) => ({ id, secret: tokens.get(id)?.secret ?? '' });
  const user = (name: string): DemoUser => {
    const account = users.get(name);
    return {
      user: name,
      password: account?.password ?? '',
      ...(account?.totp === undefined ? {} : { totp: account.totp }),
      ...(account && account.recovery.size > 0 ? { recovery: [...account.recovery.values()] } : {}),
    };
  };
  return {
    tokens: {
      admin: token(authIdText({ user: 'root@pam', token: 'demo' })),
      auditor: token(authIdText({ user: 'audit@pve', token: 'ro' })),
      desktop: token(authIdText({ user: 'thin@pve', token: 'spice' })),
    },
    users: [user('admin@pve'), user('operator@pve')],
  };
}

/** The demo's servers share one certificate, so that its fingerprint is right for each of them. */
async function makeCertificate(
  world: World,
  now: number,
): Promise<TlsFiles & { fingerprint: string }> {
  const authority = await createAuthority(now);
  const names = [...world.nodes.keys()];
  const certificate = await issueCertificate(authority, {
    commonName: `${names[0] ?? 'pve1'}.homelab.lan`,
    hosts: ['127.0.0.1', '::1', 'localhost', ...names],
    now,
  });
  return {
    ca: authority.ca,
    cert: certificate.cert,
    key: certificate.key,
    fingerprint: certificate.fingerprint,
  };
}

/** How many of the nodes have an endpoint of their own. */
const endpointNodes = 3;
/** nextcloud, whose backup was aborted. */
const stuckAtBoot = [106];

/**
 * Starts an embedded homelab: HTTPS servers on 127.0.0.1 that speak the Proxmox VE API.
 * @throws RangeError for a scenario that does not exist, and what listening on a port may throw
 */
export async function startDemo(options: DemoOptions = {}): Promise<Demo> {
  const name = options.scenario ?? 'healthy';
  const scenario = scenarios[name];
  if (!scenario) {
    throw new RangeError(`no scenario ${name}; there are ${scenarioNames.join(', ')}`);
  }
  const now = options.now ?? Date.now;
  const world = createWorld(scenario, { now, speed: options.speed ?? 1, seed: options.seed ?? 1 });
  let tls = await makeCertificate(world, now());
  const spice = await options.spice?.();
  const log = new RequestLog();
  const around: Surroundings = {
    certificates: () => ({ ca: tls.ca, cert: tls.cert, fingerprint: tls.fingerprint }),
    spice,
    consoles: {
      vnc: createVncBackend({ stuck: stuckAtBoot }),
      ...options.consoles,
      desk: new ConsoleDesk(world),
    },
  };
  const first = options.ports?.[0] ?? 0;
  const servers = [...world.nodes.keys()].slice(0, endpointNodes).map(
    (node, index) =>
      new NodeServer({
        node,
        port: options.ports?.[index] ?? (first === 0 ? 0 : first + index),
        tls,
        world,
        endpoints: demoEndpoints,
        around,
        log,
      }),
  );
  let ssh: DemoSsh | undefined;
  const close = async () => {
    await Promise.all([closeAll(servers, spice), ssh?.close()]);
  };
  world.faults.certificateChanger = async () => {
    tls = await makeCertificate(world, now());
    for (const server of servers) server.setCertificate(tls);
    return tls.fingerprint;
  };
  try {
    const pve: string[] = [];
    for (const server of servers) pve.push(await server.listen());
    if (options.ssh) {
      const { startDemoSsh } = await import('./ssh/server.ts');
      const nodes = [...world.nodes.keys()].slice(0, endpointNodes);
      ssh = await startDemoSsh(world, nodes, options.consoles?.text ?? simulatedShell);
    }
    const info: DemoInfo = {
      pve,
      fingerprint: tls.fingerprint,
      ...describeAccounts(world),
      ...(spice ? { spiceProxy: spice.proxyUrl } : {}),
      ...(ssh ? { ssh: ssh.info } : {}),
    };
    scenario.prepare?.(world);
    return { info, world, requests: () => log.records, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function closeAll(servers: readonly NodeServer[], spice: SpiceBackend | undefined) {
  await Promise.all(servers.map((server) => server.close()));
  await spice?.close();
}

export type { DemoRequestRecord } from './pve/request-log.ts';
export type { FaultAnswer, Matcher } from './world/faults.ts';
export type { World } from './world/world.ts';
