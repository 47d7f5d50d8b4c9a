import { join } from 'node:path';
import { type Paths, resolvePaths } from '../config/paths.ts';
import { readHomelabText } from '../config/read-homelab.ts';
import { describeFailure } from '../domain/failure.ts';
import type { ApiOwner, Homelab } from '../domain/homelab.ts';
import type { Result } from '../domain/result.ts';
import type { Secret } from '../domain/secret.ts';
import type { GlobalOptions } from './flags.ts';
import type { Host } from './host.ts';

/** The homelab to work with, from `homelab.yaml` or the embedded demo. */
export interface OpenedHomelab {
  readonly homelab: Homelab;
  resolveSecret(owner: ApiOwner, signal?: AbortSignal): Promise<Result<Secret>>;
  /** Stops the embedded demo; nothing otherwise. */
  close(): Promise<void>;
}

/** A homelab, or what to tell the person; either way nothing was done yet. */
export type Opened<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly lines: readonly string[] };

/** The demo keeps its preferences, audit log and last state apart from the real ones. */
export function pathsOf(global: GlobalOptions, host: Host): Paths {
  const { env, home, cwd } = host;
  const paths = resolvePaths({
    env,
    home,
    cwd,
    ...(global.config ? { config: global.config } : {}),
  });
  return global.demo ? below(paths, 'demo') : paths;
}

function below(paths: Paths, name: string): Paths {
  const stateDir = join(paths.stateDir, name);
  const cacheDir = join(paths.cacheDir, name);
  return {
    ...paths,
    configDir: stateDir,
    stateDir,
    cacheDir,
    trustFile: join(stateDir, 'trust.json'),
    auditFile: join(stateDir, 'audit.jsonl'),
    lastStateFile: join(cacheDir, 'last-state.json'),
  };
}

/** What a person without a configuration needs to know. */
export function firstSteps(paths: Paths): readonly string[] {
  return [
    `homelab-tui: there is no configuration yet · ${paths.homelabFile} · write these lines there:`,
    '',
    'version: 1',
    'sites:',
    '  - id: home',
    '    pve:',
    '      endpoints: [https://192.168.1.10:8006]',
    '      auth: {token: root@pam!tui, secret: env:PVE_SECRET}',
    '',
    'Make the token in Proxmox under Datacenter, Permissions, API Tokens. The certificate is asked for once.',
    'To look around without Proxmox: homelab-tui --demo',
  ];
}

/** The text of `homelab.yaml`; absent is told with the first steps. In demo mode the scenario's name stands for it. */
export async function readHomelabSource(
  global: GlobalOptions,
  paths: Paths,
): Promise<Opened<string>> {
  if (global.demo) return { ok: true, value: `demo:${global.scenario ?? ''}` };
  const text = await readHomelabText(paths.homelabFile);
  if (!text.ok) return { ok: false, lines: [`homelab-tui: ${describeFailure(text.failure)}`] };
  return text.value === undefined
    ? { ok: false, lines: firstSteps(paths) }
    : { ok: true, value: text.value };
}

/** Checks the text and makes the homelab usable; only `--site` remains when it is given. */
export async function openHomelab(
  global: GlobalOptions,
  host: Host,
  source: string,
): Promise<Opened<OpenedHomelab>> {
  const opened = global.demo ? await openDemo(global, host) : await openFile(global, host, source);
  if (!opened.ok || global.site === undefined) return opened;
  const { homelab } = opened.value;
  const sites = homelab.sites.filter((site) => site.id === global.site);
  if (sites.length > 0)
    return { ok: true, value: { ...opened.value, homelab: { ...homelab, sites } } };
  await opened.value.close();
  const known = homelab.sites.map((site) => site.id).join(', ');
  return {
    ok: false,
    lines: [`homelab-tui: --site: there is no such site · use one of: ${known}`],
  };
}

async function openFile(
  global: GlobalOptions,
  host: Host,
  source: string,
): Promise<Opened<OpenedHomelab>> {
  const paths = pathsOf(global, host);
  const [{ parseHomelab }, { describeProblem }] = await Promise.all([
    import('../config/homelab-file.ts'),
    import('../config/homelab-problem.ts'),
  ]);
  const parsed = parseHomelab(source, { home: host.home, directory: paths.configDir });
  if (!parsed.ok) {
    return {
      ok: false,
      lines: parsed.problems.map((problem) => describeProblem(paths.homelabFile, problem)),
    };
  }
  return {
    ok: true,
    value: {
      homelab: parsed.homelab,
      resolveSecret: async (owner, signal) => {
        const { resolveSecret } = await import('../config/secrets.ts');
        const { auth } = owner;
        const reference = auth.kind === 'token' ? auth.secret : auth.password;
        return resolveSecret(reference, { env: host.env, ...(signal ? { signal } : {}) });
      },
      close: async () => undefined,
    },
  };
}

async function openDemo(global: GlobalOptions, host: Host): Promise<Opened<OpenedHomelab>> {
  const { openDemoHomelab } = await import('./demo-homelab.ts');
  return openDemoHomelab(global.scenario, host);
}
