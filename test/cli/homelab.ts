import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Demo, type DemoOptions, startDemo } from '../../source/demo/index.ts';
import { type Finished, type RunOptions, runProgram, temporaryDirectory } from './run-cli.ts';

type TokenName = keyof Demo['info']['tokens'];

/** A site of a profile: the demo itself by default. */
export interface SiteText {
  readonly id: string;
  readonly endpoints?: readonly string[];
  readonly token?: TokenName;
  /** The lines after `auth`; the demo's fingerprint by default. */
  readonly tls?: string;
  readonly auth?: string;
}

/** A running demo and profiles that use it. */
export interface TestHomelab {
  readonly demo: Demo;
  /** Writes a profile and gives back its directory. */
  profile(name: string, sites: readonly SiteText[], more?: string): Promise<string>;
  run(config: string, argv: readonly string[], options?: RunOptions): Promise<Finished>;
  close(): Promise<void>;
}

export async function startHomelab(options: DemoOptions = {}): Promise<TestHomelab> {
  const directory = await temporaryDirectory();
  const demo = await startDemo(options);
  const { info } = demo;
  const siteText = (site: SiteText) => {
    const token = site.token ?? 'admin';
    const auth = `{token: ${info.tokens[token].id}, secret: env:PVE_${token.toUpperCase()}}`;
    return `  - id: ${site.id}
    pve:
      endpoints: [${(site.endpoints ?? info.pve).join(', ')}]
      auth: ${site.auth ?? auth}
${site.tls ?? `      tls: {fingerprint: "${info.fingerprint}"}`}
`;
  };
  return {
    demo,
    profile: async (name, sites, more = '') => {
      const config = join(directory.path, name);
      await mkdir(config, { recursive: true });
      const text = `version: 1\nsites:\n${sites.map(siteText).join('')}${more}`;
      await writeFile(join(config, 'homelab.yaml'), text);
      return config;
    },
    run: (config, argv, runOptions = {}) =>
      runProgram([...argv, '--config', config], {
        ...runOptions,
        env: {
          PVE_ADMIN: info.tokens.admin.secret,
          PVE_AUDITOR: info.tokens.auditor.secret,
          PVE_DESKTOP: info.tokens.desktop.secret,
          PVE_PASSWORD: info.users[0]?.password ?? '',
          ...runOptions.env,
        },
      }),
    close: async () => {
      await demo.close();
      await directory.remove();
    },
  };
}
