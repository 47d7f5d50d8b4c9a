import { type DemoInfo, scenarioNames, startDemo } from '../demo/index.ts';
import { createSpiceBackend } from '../demo/spice/backend.ts';
import type { PbsServerConfig } from '../domain/homelab.ts';
import type { PbsId } from '../domain/pbs.ts';
import { ok } from '../domain/result.ts';
import { Secret } from '../domain/secret.ts';
import type { SiteId } from '../domain/site.ts';
import { writeDemoSshFiles } from './demo-ssh-files.ts';
import type { Opened, OpenedHomelab } from './homelab.ts';
import type { Host } from './host.ts';

/** Where spiceproxy listens on a real node: clients that know nothing of the demo look there. */
export const pveSpicePort = 3128;

/** The lines for a scenario that does not exist, or undefined when it does. */
export function scenarioProblem(scenario: string | undefined): readonly string[] | undefined {
  if (scenario === undefined || scenarioNames.includes(scenario)) return undefined;
  return [
    `homelab-tui: --scenario: there is no such scenario · use one of: ${scenarioNames.join(', ')}`,
  ];
}

/** Starts the embedded homelab in this process. It is reached as any other one: over TLS, with a pinned certificate and a token. */
export async function openDemoHomelab(
  scenario: string | undefined,
  host: Host,
): Promise<Opened<OpenedHomelab>> {
  const lines = scenarioProblem(scenario);
  if (lines) return { ok: false, lines };
  const { now, env } = host;
  const demo = await startDemo({
    now,
    ...(scenario === undefined ? {} : { scenario }),
    spice: () => createSpiceBackend({ now, path: env.PATH ?? '', port: pveSpicePort }),
    ssh: true,
  });
  const { pve, fingerprint, tokens, spiceProxy } = demo.info;
  const files = demo.info.ssh && (await writeDemoSshFiles(demo.info.ssh, host.pid));
  const secret = new Secret(tokens.admin.secret);
  const site = 'demo' as SiteId;
  const servers = backupServers(demo.info, site);
  return {
    ok: true,
    value: {
      homelab: {
        version: 1,
        // Nothing real can be lost here, so that also the dangerous actions can be tried.
        allow: ['node.reboot', 'node.shutdown'],
        sites: [
          {
            id: site,
            endpoints: pve,
            // Never looked up: the secret is at hand.
            auth: { kind: 'token', token: tokens.admin.id, secret: { from: 'env', name: 'DEMO' } },
            tls: { kind: 'fingerprint', fingerprint },
            ...(spiceProxy === undefined ? {} : { spiceProxy }),
            ...(files ? { ssh: files.ssh } : {}),
            pbs: servers.map(({ config }) => config),
          },
        ],
      },
      resolveSecret: async ({ id }) =>
        ok(servers.find(({ config }) => config.id === id)?.secret ?? secret),
      close: async () => {
        await Promise.all([demo.close(), files?.remove()]);
      },
    },
  };
}

function backupServers(
  { pbs }: DemoInfo,
  site: SiteId,
): readonly { readonly config: PbsServerConfig; readonly secret: Secret }[] {
  return pbs.map(({ name, endpoint, fingerprint, tokens }) => ({
    config: {
      id: name as PbsId,
      site,
      endpoints: [endpoint],
      auth: { kind: 'token', token: tokens.admin.id, secret: { from: 'env', name: 'DEMO' } },
      tls: { kind: 'fingerprint', fingerprint },
    },
    secret: new Secret(tokens.admin.secret),
  }));
}
