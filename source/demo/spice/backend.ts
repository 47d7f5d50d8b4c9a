import { randomBytes } from 'node:crypto';
import { accessSync, constants, rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { type CertificateAuthority, createAuthority, issueCertificate } from '../certificates.ts';
import type { SpiceBackend } from '../spice-backend.ts';
import { startConnectProxy } from './connect-proxy.ts';
import { type SpiceMachine, startSpiceMachine } from './qemu.ts';
import { checkTicket, createTicket } from './ticket.ts';

export interface SpiceBackendOptions {
  /** ms since the epoch; the ticket's age is measured with it. */
  readonly now: () => number;
  /** Signs the display's certificate; a CA of its own when absent. */
  readonly authority?: CertificateAuthority;
  /** CN of the display's certificate: the node's full name. */
  readonly commonName?: string;
  /** Port of the proxy on 127.0.0.1 if it is free (PVE has 3128); any free one otherwise. */
  readonly port?: number;
  /** Where QEMU is looked for, as PATH has it. */
  readonly path?: string;
  /** ms without a viewer until a guest's QEMU is ended. */
  readonly idle?: number;
}

/** The backend, with a look into a guest's QEMU for tests: the path of a monitor socket (QMP). */
export interface QemuSpiceBackend extends SpiceBackend {
  inspectSocket(vmid: number): string | undefined;
}

const PROGRAM = 'qemu-system-x86_64';
const MISSING = 'the demo homelab has no SPICE server';

/**
 * SPICE desktops of the demo: a spiceproxy on 127.0.0.1 and, behind it, one small QEMU for each guest that was opened.
 * Without QEMU on this machine `open` says so; everything else works.
 */
export async function createSpiceBackend(options: SpiceBackendOptions): Promise<QemuSpiceBackend> {
  const { now } = options;
  const commonName = options.commonName ?? 'pve1.homelab';
  const authority = options.authority ?? (await createAuthority(now()));
  const hosts = [commonName, 'localhost', '127.0.0.1'];
  const leaf = await issueCertificate(authority, { commonName, hosts, now: now() });
  const key = randomBytes(32);
  const machines = machineRoom({
    tls: { ca: authority.ca, cert: leaf.cert, key: leaf.key },
    path: options.path ?? process.env.PATH ?? '',
    idle: options.idle ?? 60_000,
  });
  const proxy = await startConnectProxy({
    port: options.port,
    route: (host, port) => {
      const checked = checkTicket(host, key, now());
      if ('problem' in checked) return { status: 401, problem: checked.problem };
      const machine = machines.running(checked.vmid);
      if (machine?.port !== port) return { status: 595, problem: 'no such display' };
      return { port };
    },
  });
  return {
    proxyUrl: `http://127.0.0.1:${proxy.port}`,
    ca: authority.ca,
    hostSubject: `OU=PVE Cluster Node,O=Proxmox Virtual Environment,CN=${commonName}`,
    open: async ({ vmid, node }) => {
      try {
        const machine = await machines.get(vmid);
        const password = randomBytes(20).toString('hex');
        await machine.setPassword(password);
        return { tlsPort: machine.port, password, host: createTicket({ vmid, node }, key, now()) };
      } catch (error) {
        return { problem: `${MISSING}: ${error instanceof Error ? error.message : error}` };
      }
    },
    inspectSocket: (vmid) => machines.running(vmid)?.inspectSocket,
    close: async () => {
      await Promise.all([proxy.close(), machines.close()]);
    },
  };
}

interface RoomOptions {
  readonly tls: { readonly ca: string; readonly cert: string; readonly key: string };
  readonly path: string;
  readonly idle: number;
}

/** The QEMUs that run, by vmid; each ends when no viewer was there for a while. */
function machineRoom({ tls, path, idle }: RoomOptions) {
  const starting = new Map<number, Promise<SpiceMachine>>();
  const there = new Map<number, SpiceMachine>();
  const timers = new Map<number, NodeJS.Timeout>();
  let folder: Promise<string> | undefined;
  let closed = false;
  // A process that ends without close() must leave neither QEMU nor keys behind.
  let leave = () => {};
  const onExit = () => leave();

  const leaveLater = (vmid: number, machine: SpiceMachine) => {
    clearTimeout(timers.get(vmid));
    const timer = setTimeout(async () => {
      const channels = await machine.channels().catch(() => 0);
      if (there.get(vmid) !== machine) return;
      if (channels > 0) leaveLater(vmid, machine);
      else await machine.stop();
    }, idle);
    timers.set(vmid, timer.unref());
  };

  const start = async (vmid: number): Promise<SpiceMachine> => {
    const program = find(path);
    if (program === undefined) throw new Error('QEMU is not installed on this machine');
    folder ??= mkdtemp(join(tmpdir(), 'homelab-tui-spice-'));
    const root = await folder;
    if (closed) throw new Error('the demo is shutting down');
    leave = () => {
      for (const machine of there.values()) machine.kill();
      rmSync(root, { recursive: true, force: true });
    };
    process.off('exit', onExit).once('exit', onExit);
    const own = join(root, `${vmid}-${randomBytes(4).toString('hex')}`);
    const machine = await startSpiceMachine({ program, vmid, folder: own, tls });
    there.set(vmid, machine);
    machine.onViewerLeft(() => leaveLater(vmid, machine));
    void machine.ended.then(() => {
      if (there.get(vmid) !== machine) return;
      there.delete(vmid);
      starting.delete(vmid);
      clearTimeout(timers.get(vmid));
    });
    return machine;
  };

  return {
    running: (vmid: number) => there.get(vmid),
    get: async (vmid: number): Promise<SpiceMachine> => {
      if (closed) throw new Error('the demo is shutting down');
      const begun = starting.get(vmid) ?? start(vmid);
      starting.set(vmid, begun);
      begun.catch(() => starting.delete(vmid));
      const machine = await begun;
      leaveLater(vmid, machine);
      return machine;
    },
    close: async () => {
      closed = true;
      for (const timer of timers.values()) clearTimeout(timer);
      await Promise.allSettled([...starting.values()].map(async (each) => (await each).stop()));
      process.off('exit', onExit);
      if (folder) await rm(await folder, { recursive: true, force: true });
    },
  };
}

function find(path: string): string | undefined {
  for (const folder of path.split(delimiter)) {
    try {
      const file = join(folder, PROGRAM);
      accessSync(file, constants.X_OK);
      return file;
    } catch {
      // Not in this folder.
    }
  }
  return undefined;
}
