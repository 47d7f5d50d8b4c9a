import { type DemoInfo, startDemo } from './index.ts';
import { scenarios } from './scenarios.ts';
import type { SpiceBackendFactory } from './spice-backend.ts';
import { totpCode, totpStep } from './world/totp.ts';

export interface ForegroundArguments {
  readonly scenario?: string;
  /** First of three ports, backup servers after them; 0 or absent = any free ones. */
  readonly port?: number;
  /** One line of JSON instead of a text for people. */
  readonly json: boolean;
}

export interface ForegroundOutput {
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void;
}

function homelabFile(info: DemoInfo): string[] {
  return [
    'version: 1',
    'sites:',
    '  - id: demo',
    '    pve:',
    `      endpoints: [${info.pve.join(', ')}]`,
    `      auth: {token: ${info.tokens.admin.id}, secret: env:PVE_SECRET}`,
    `      tls: {fingerprint: "${info.fingerprint}"}`,
    ...(info.spiceProxy === undefined ? [] : [`      spice_proxy: ${info.spiceProxy}`]),
    ...pbsLines(info.pbs),
    ...(info.ssh === undefined ? [] : sshLines(info.ssh)),
  ];
}

/** The variable that holds the secret of a backup server's token. */
function pbsVariable(name: string): string {
  return `${name.toUpperCase()}_SECRET`;
}

function pbsLines(servers: DemoInfo['pbs']): string[] {
  if (servers.length === 0) return [];
  const lines = servers.flatMap(({ name, endpoint, fingerprint, tokens }) => [
    `      - id: ${name}`,
    `        endpoint: ${endpoint}`,
    `        auth: {token: ${tokens.admin.id}, secret: env:${pbsVariable(name)}}`,
    `        tls: {fingerprint: "${fingerprint}"}`,
  ]);
  return ['    pbs:', ...lines];
}

function sshLines({ user, hosts }: NonNullable<DemoInfo['ssh']>): string[] {
  const places = Object.entries(hosts).map(([node, place]) => `${node}: '${place}'`);
  return [`    ssh: {user: ${user}, hosts: {${places.join(', ')}}}`];
}

function userLines(users: DemoInfo['users'], now: number): string[] {
  return users.flatMap(({ user, password, totp, recovery }) => {
    const lines = [`  ${user}  password ${password}`];
    if (totp === undefined) return lines;
    lines.push(`    TOTP secret ${totp}, code now ${totpCode(totp, totpStep(now))}`);
    const [key] = recovery ?? [];
    return key === undefined ? lines : [...lines, `    recovery key ${key}`];
  });
}

/** The text for a person. `now` in ms, for the TOTP codes that are valid right now. */
export function describeDemo(info: DemoInfo, scenario: string, now: number): string {
  const lines = [`Demo homelab "${scenario}": ${scenarios[scenario]?.summary ?? ''}`, ''];
  lines.push('Proxmox VE', ...info.pve.map((url) => `  ${url}`));
  for (const { name, endpoint, fingerprint, tokens, users, datastores } of info.pbs) {
    lines.push(`Proxmox Backup Server ${name}, datastores ${datastores.join(', ')}`);
    lines.push(`  ${endpoint}`, `  ${fingerprint}`);
    for (const [role, token] of Object.entries(tokens)) {
      lines.push(`  ${role.padEnd(8)} ${token.id}  ${token.secret}`);
    }
    lines.push(...userLines(users, now));
  }
  if (info.spiceProxy !== undefined) lines.push('SPICE proxy', `  ${info.spiceProxy}`);
  if (info.ssh) {
    const { hosts, user, password, fingerprint } = info.ssh;
    lines.push(`SSH, user ${user}, password ${password}, host key ${fingerprint}`);
    for (const [node, place] of Object.entries(hosts)) lines.push(`  ${node} ${place}`);
  }
  lines.push('Certificate, SHA-256', `  ${info.fingerprint}`, '', 'API tokens');
  for (const [role, token] of Object.entries(info.tokens)) {
    lines.push(`  ${role.padEnd(8)} ${token.id}  ${token.secret}`);
  }
  lines.push('', 'Users', ...userLines(info.users, now));
  lines.push('', 'homelab.yaml for it:', '', ...homelabFile(info).map((line) => `  ${line}`));
  lines.push('', `  export PVE_SECRET=${info.tokens.admin.secret}`);
  for (const { name, tokens } of info.pbs) {
    lines.push(`  export ${pbsVariable(name)}=${tokens.admin.secret}`);
  }
  lines.push('', 'Ctrl-C ends it.', '');
  return lines.join('\n');
}

/**
 * Runs the demo homelab until `signal` aborts. Resolves to the exit code: 0, 64 for a scenario that does not exist,
 * 1 when it cannot listen.
 */
export async function runDemoForeground(
  args: ForegroundArguments,
  out: ForegroundOutput,
  signal: AbortSignal,
  spice?: SpiceBackendFactory,
): Promise<number> {
  const scenario = args.scenario ?? 'healthy';
  if (!Object.hasOwn(scenarios, scenario)) {
    out.stderr(`No scenario ${scenario}. There are: ${Object.keys(scenarios).join(', ')}\n`);
    return 64;
  }
  let demo: Awaited<ReturnType<typeof startDemo>>;
  try {
    demo = await startDemo({
      scenario,
      ...(args.port === undefined ? {} : { ports: [args.port] }),
      ...(spice === undefined ? {} : { spice }),
      ssh: true,
    });
  } catch (error) {
    out.stderr(`The demo homelab cannot start: ${(error as Error).message}\n`);
    return 1;
  }
  out.stdout(
    args.json
      ? `${JSON.stringify(demo.info)}\n`
      : describeDemo(demo.info, scenario, demo.world.clock.now),
  );
  if (!signal.aborted) {
    await new Promise<void>((resolve) =>
      signal.addEventListener('abort', () => resolve(), { once: true }),
    );
  }
  await demo.close();
  return 0;
}
