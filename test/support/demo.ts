import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { type Demo, type DemoOptions, startDemo } from '../../source/demo/index.ts';
import { tempDir } from './temp.ts';

export interface TestDemoOptions extends DemoOptions {
  /** Which of the demo's tokens the configuration names; `admin` when absent. */
  readonly role?: 'admin' | 'auditor' | 'desktop';
  /** What the configuration trusts: the demo's fingerprint (when absent), another one, or nothing yet. */
  readonly trust?: { readonly fingerprint: string } | 'ask';
  /** Lines added to the site's `pve:` block and to the end of the file. */
  readonly pveLines?: readonly string[];
  readonly lines?: readonly string[];
  /** The site's id; `home` when absent. */
  readonly site?: string;
}

/** A running demo and a private configuration that points to it. */
export interface TestDemo {
  readonly demo: Demo;
  readonly world: Demo['world'];
  readonly info: Demo['info'];
  /** Holds homelab.yaml and the secret; state and cache lie below it. */
  readonly configDir: string;
  /** For {@link startTerminal} and child processes. */
  readonly env: Readonly<Record<string, string>>;
  /** Tokens and passwords, to look for in everything that was written. */
  readonly secrets: readonly string[];
  /** The requests that reached the demo, oldest first. */
  requests(): ReturnType<Demo['requests']>;
  /** Requests other than GET that reached the demo: `POST /nodes/pve1/qemu/101/status/start`. */
  writes(): string[];
}

/** Starts the demo in this process, with a 401 that does not take 3 s, and writes a configuration for it. */
export async function startTestDemo(
  t: Pick<TestContext, 'after'>,
  options: TestDemoOptions = {},
): Promise<TestDemo> {
  const { role, trust, pveLines, lines, site, ...demoOptions } = options;
  const demo = await startDemo(demoOptions);
  t.after(() => demo.close());
  demo.world.settings.unauthorizedDelay = 20;
  const configDir = tempDir(t, 'config');
  writeConfig(configDir, [{ demo, role, trust, pveLines, site }], lines);
  return {
    demo,
    world: demo.world,
    info: demo.info,
    configDir,
    env: { HOMELAB_TUI_CONFIG_DIR: configDir },
    secrets: secretsOf(demo),
    requests: () => demo.requests(),
    writes: () =>
      demo
        .requests()
        .filter(({ method }) => method !== 'GET')
        .map(({ method, path }) => `${method} ${path}`),
  };
}

interface SiteEntry extends Pick<TestDemoOptions, 'role' | 'trust' | 'pveLines' | 'site'> {
  readonly demo: Pick<Demo, 'info'>;
}

/** Writes homelab.yaml for one site or several, each with its secret in a file that only the owner can read. */
export function writeConfig(
  configDir: string,
  sites: readonly SiteEntry[],
  lines: readonly string[] = [],
): void {
  mkdirSync(configDir, { recursive: true, mode: 0o700 });
  const text = sites.flatMap(({ demo, role = 'admin', trust, pveLines = [], site = 'home' }) => {
    const { id, secret } = demo.info.tokens[role];
    const file = join(configDir, `${site}.secret`);
    writeFileSync(file, `${secret}\n`, { mode: 0o600 });
    const fingerprint = trust === 'ask' ? undefined : (trust ?? demo.info).fingerprint;
    return [
      `  - id: ${site}`,
      '    pve:',
      `      endpoints: [${demo.info.pve.join(', ')}]`,
      `      auth: {token: '${id}', secret: 'file:${file}'}`,
      ...(fingerprint === undefined ? [] : [`      tls: {fingerprint: '${fingerprint}'}`]),
      ...(demo.info.spiceProxy === undefined ? [] : [`      spice_proxy: ${demo.info.spiceProxy}`]),
      ...pveLines.map((line) => `      ${line}`),
    ];
  });
  writeFileSync(
    join(configDir, 'homelab.yaml'),
    `${['version: 1', 'sites:', ...text, ...lines].join('\n')}\n`,
    { mode: 0o600 },
  );
}

function secretsOf({ info }: Demo): string[] {
  return [info, ...info.pbs].flatMap(({ tokens, users }) => [
    ...Object.values(tokens).map(({ secret }) => secret),
    ...users.flatMap(({ password, totp }) => [password, ...(totp ? [totp] : [])]),
  ]);
}
