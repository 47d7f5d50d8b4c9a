import { createAuthority, issueCertificate } from './certificates.ts';
import { ConsoleDesk } from './console/console-desk.ts';
import { simulatedShell } from './console/text-shell.ts';
import type { ConsoleBackends } from './console-backend.ts';
import { PbsDoor } from './pbs/door.ts';
import type { Surroundings } from './pve/endpoint.ts';
import { demoEndpoints } from './pve/endpoints.ts';
import { type DemoRequestRecord, RequestLog } from './pve/request-log.ts';
import { NodeServer, type TlsFiles } from './pve/server.ts';
import { createWorld, scenarios } from './scenarios.ts';
import { selfSignedCertificate } from './self-signed.ts';
import type { SpiceBackend, SpiceBackendFactory } from './spice-backend.ts';
import type { DemoSsh, DemoSshInfo } from './ssh/server.ts';
import { createVncBackend } from './vnc/backend.ts';
import type { Accounts } from './world/accounts.ts';
import type { World } from './world/world.ts';

export interface DemoOptions {
  /** One of {@link scenarioNames}; `healthy` when absent. */
  readonly scenario?: string;
  /** First port of three in a row, backup servers after them; 0 or absent = any free ones. */
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

/** One Proxmox Backup Server. */
export interface DemoPbs {
  readonly name: string;
  readonly endpoint: string;
  /** SHA-256 of its own certificate. */
  readonly fingerprint: string;
  /** `backup` is the one that the cluster's storage uses. */
  readonly tokens: Readonly<
    Record<'admin' | 'auditor' | 'backup', { readonly id: string; readonly secret: string }>
  >;
  readonly users: readonly DemoUser[];
  readonly datastores: readonly string[];
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
  readonly pbs: readonly DemoPbs[];
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
  /** The same of the backup servers; `node` is the server. */
  pbsRequests(): readonly DemoRequestRecord[];
  close(): Promise<void>;
}

export const scenarioNames: readonly string[] = Object.keys(scenarios);

function tokenOf({ tokens }: Accounts, id: string): { id: string; secret: string } {
  return { id, secret: tokens.get(id)?.secret ?? '' };
}

function userOf({ users }: Accounts, name: string): DemoUser {
  const account = users.get(name);
  return {
    user: name,
    password: account?.password ?? '',
    ...(account?.totp === undefined ? {} : { totp: account.totp }),
    ...(account && account.recovery.size > 0 ? { recovery: [...account.recovery.values()] } : {}),
  };
}

function describeAccounts({ accounts }: World): Pick<DemoInfo, 'tokens' | 'users'> {
  return {
    tokens: {
      admin: tokenOf(accounts, 'root@pam!demo'),
      auditor: tokenOf(accounts, 'audit@pve!ro'),
      desktop: tokenOf(accounts, 'thin@pve!spice'),
    },
    users: [userOf(accounts, 'admin@pve'), userOf(accounts, 'operator@pve')],
  };
}

interface PbsFront {
  readonly doors: readonly PbsDoor[];
  readonly info: readonly DemoPbs[];
}

/** Opens the backup servers' ports. */
async function openPbs(world: World, log: RequestLog, first: number): Promise<PbsFront> {
  const { hosts } = world.pbs;
  const make = ({ name, ip }: (typeof hosts)[number]) =>
    selfSignedCertificate({
      commonName: `${name}.homelab.lan`,
      hosts: ['127.0.0.1', 'localhost', ip, name],
      now: world.clock.now,
    });
  const doors: PbsDoor[] = [];
  const info: DemoPbs[] = [];
  for (const [index, place] of hosts.entries()) {
    const { name, accounts, stores } = place;
    const tls = make(place);
    const port = first === 0 ? 0 : first + endpointNodes + index;
    const door = new PbsDoor({ world, place, tls, log, port });
    doors.push(door);
    info.push({
      name,
      endpoint: await door.listen(),
      fingerprint: tls.fingerprint,
      tokens: {
        admin: tokenOf(accounts, 'root@pam!demo'),
        auditor: tokenOf(accounts, 'homelab@pbs!ro'),
        backup: tokenOf(accounts, 'pve@pbs!pve'),
      },
      users: [userOf(accounts, 'admin@pbs'), userOf(accounts, 'operator@pbs')],
      datastores: stores.map((store) => store.name),
    });
  }
  world.faults.pbsCertificateChanger = async (name) => {
    const tls = make(world.pbs.host(name));
    await doors[hosts.findIndex((place) => place.name === name)]?.setCertificate(tls);
    return tls.fingerprint;
  };
  return { doors, info };
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
  let pbs: PbsFront | undefined;
  const pbsLog = new RequestLog();
  const close = async () => {
    const doors = (pbs?.doors ?? []).map((door) => door.close());
    await Promise.all([closeAll(servers, spice), ssh?.close(), ...doors]);
  };
  world.faults.certificateChanger = async () => {
    tls = await makeCertificate(world, now());
    for (const server of servers) server.setCertificate(tls);
    return tls.fingerprint;
  };
  try {
    const pve: string[] = [];
    for (const server of servers) pve.push(await server.listen());
    pbs = await openPbs(world, pbsLog, first);
    if (options.ssh) {
      const { startDemoSsh } = await import('./ssh/server.ts');
      const nodes = [...world.nodes.keys()].slice(0, endpointNodes);
      ssh = await startDemoSsh(world, nodes, options.consoles?.text ?? simulatedShell);
    }
    const info: DemoInfo = {
      pve,
      fingerprint: tls.fingerprint,
      ...describeAccounts(world),
      pbs: pbs.info,
      ...(spice ? { spiceProxy: spice.proxyUrl } : {}),
      ...(ssh ? { ssh: ssh.info } : {}),
    };
    scenario.prepare?.(world);
    return {
      info,
      world,
      requests: () => log.records,
      pbsRequests: () => pbsLog.records,
      close,
    };
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
