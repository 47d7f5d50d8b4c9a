import { isIP } from 'node:net';
import { connect } from 'node:tls';
import { checkEndpoint, checkFingerprint } from '../config/homelab-values.ts';
import { fileErrorWords } from '../config/private-file.ts';
import { openTrustStore } from '../config/trust-store.ts';
import { describeFailure } from '../domain/failure.ts';
import { dateTime } from '../domain/format.ts';
import { apiOwners } from '../domain/homelab.ts';
import { sanitise } from '../domain/safe-text.ts';
import { certificateCommand } from '../domain/site.ts';
import type { CommandContext } from './command.ts';
import { exitCodes } from './exit-codes.ts';
import { openHomelab, pathsOf, readHomelabSource } from './homelab.ts';
import { plainTable } from './output.ts';

/** `trust list`: what was accepted and when. */
export async function runTrustList({ global, host, output }: CommandContext): Promise<number> {
  const store = openTrustStore(pathsOf(global, host).trustFile, host.now);
  if (store.problem) output.err(`homelab-tui: ${describeFailure(store.problem)}`);
  const entries = store.list();
  if (global.json) {
    output.json(
      entries.map(({ endpoint, fingerprint, at }) => ({
        endpoint,
        fingerprint,
        at: at === undefined ? null : new Date(at).toISOString(),
      })),
    );
  } else if (entries.length > 0) {
    output.out(
      plainTable(
        ['ENDPOINT', 'ACCEPTED', 'SHA-256'],
        entries.map((entry) => [sanitise(entry.endpoint), dateTime(entry.at), entry.fingerprint]),
      ),
    );
  } else output.err('no certificate was accepted yet');
  return store.problem ? exitCodes.unknown : exitCodes.ok;
}

const LIMIT = 10_000;

/** The fingerprint that is presented now. Nothing is sent over the connection but the handshake. */
export function presentedFingerprint(
  host: string,
  port: number,
  signal: AbortSignal,
  wait: number = LIMIT,
): Promise<{ readonly fingerprint: string } | { readonly problem: string }> {
  return new Promise((resolve) => {
    // Not verified on purpose: the question is what is there, and the connection ends with the answer.
    const socket = connect({
      host,
      port,
      rejectUnauthorized: false,
      ...(isIP(host) === 0 ? { servername: host } : {}),
    });
    const finish = (result: { fingerprint: string } | { problem: string }) => {
      clearTimeout(timer);
      signal.removeEventListener('abort', stop);
      socket.destroy();
      resolve(result);
    };
    const stop = () => finish({ problem: 'stopped' });
    const timer = setTimeout(() => finish({ problem: 'no answer in time' }), wait);
    signal.addEventListener('abort', stop, { once: true });
    socket.once('secureConnect', () => {
      const checked = checkFingerprint(socket.getPeerCertificate().fingerprint256 ?? '');
      finish('value' in checked ? { fingerprint: checked.value } : { problem: 'no certificate' });
    });
    socket.once('error', (error: NodeJS.ErrnoException) =>
      finish({ problem: sanitise(error.code ?? 'no TLS') }),
    );
  });
}

/** The APIs of `homelab.yaml` at the endpoint; none when the file cannot be read. */
async function ownersAt(url: string, context: CommandContext) {
  const { global, host } = context;
  const source = await readHomelabSource(global, pathsOf(global, host));
  const opened = source.ok ? await openHomelab(global, host, source.value) : undefined;
  if (!opened?.ok) return [];
  await opened.value.close();
  return apiOwners(opened.value.homelab).filter(({ owner }) => owner.endpoints.includes(url));
}

/**
 * `trust replace ENDPOINT`: shows the remembered and the presented fingerprint, and remembers the new one only with
 * `--confirm HOST`. A fingerprint in `homelab.yaml` is never overruled.
 */
export async function runTrustReplace(context: CommandContext): Promise<number> {
  const { global, host, output, positionals, values } = context;
  const [text = ''] = positionals;
  const checked = checkEndpoint(/^[a-z]+:\/\//i.test(text) ? text : `https://${text}`);
  if (!('value' in checked)) {
    output.usage({
      what: checked.wrong,
      where: 'ENDPOINT',
      next: checked.suggestion ?? 'see --help',
    });
    return exitCodes.usage;
  }
  const url = new URL(checked.value);
  const port = Number(/:(\d+)$/.exec(checked.value)?.[1]);
  const key = `${url.hostname}:${port}`;
  const owners = await ownersAt(checked.value, context);
  for (const { product, owner } of owners) {
    if (owner.tls.kind === 'ask') continue;
    const name = product === 'pve' ? `site ${owner.id}` : `backup server ${owner.id}`;
    output.usage({
      what: `${name} is trusted by ${owner.tls.kind}, not by what was accepted here`,
      where: key,
      next: 'change tls: in homelab.yaml',
    });
    return exitCodes.usage;
  }
  const name = url.hostname.replace(/^\[|\]$/g, '');
  const found = await presentedFingerprint(name, port, host.interrupted(), global.timeout);
  if ('problem' in found) {
    output.err(`homelab-tui: the certificate could not be read: ${found.problem} · ${key}`);
    return exitCodes.unknown;
  }
  const store = openTrustStore(pathsOf(global, host).trustFile, host.now);
  const before = store.get(key);
  output.err(`${key}\n  remembered  ${before ?? 'none'}\n  presented   ${found.fingerprint}`);
  if (before === found.fingerprint) {
    output.err('It is the remembered one; there is nothing to replace.');
    return exitCodes.ok;
  }
  if (values.confirm !== name) {
    output.usage({
      what: 'not confirmed, nothing was changed',
      where: '--confirm',
      next: `compare it with the node (${certificateCommand[owners[0]?.product ?? 'pve']}), then repeat with --confirm ${name}`,
    });
    return exitCodes.usage;
  }
  try {
    await store.set(key, found.fingerprint);
  } catch (error) {
    output.err(`homelab-tui: it could not be remembered: ${fileErrorWords(error)}`);
    return exitCodes.failed;
  }
  if (global.json) output.json({ endpoint: key, before: before ?? null, after: found.fingerprint });
  else output.out(`${key} is trusted with the new certificate`);
  return exitCodes.ok;
}
