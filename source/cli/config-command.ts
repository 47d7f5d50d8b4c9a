import { findAction } from '../actions/registry.ts';
import { describeFailure } from '../domain/failure.ts';
import { apiOwners } from '../domain/homelab.ts';
import type { CommandContext } from './command.ts';
import { exitCodes } from './exit-codes.ts';
import { openHomelab, pathsOf, readHomelabSource } from './homelab.ts';

/** `config check`: is `homelab.yaml` right, and does every secret answer? Nothing goes over the network. */
export async function runConfigCheck(context: CommandContext): Promise<number> {
  const { global, host, output } = context;
  if (global.demo) {
    output.usage({ what: 'the demo has no homelab.yaml', where: '--demo', next: 'leave it out' });
    return exitCodes.usage;
  }
  const paths = pathsOf(global, host);
  const source = await readHomelabSource(global, paths);
  const opened = source.ok ? await openHomelab(global, host, source.value) : source;
  if (!opened.ok) {
    for (const line of opened.lines) output.err(line);
    if (global.json) output.json({ ok: false, file: paths.homelabFile, problems: opened.lines });
    return exitCodes.usage;
  }
  const { homelab, resolveSecret, close } = opened.value;
  const problems: string[] = [];
  for (const id of homelab.allow ?? []) {
    const action = findAction(id);
    if (!action) problems.push(`allow: there is no action ${id} · see homelab-tui actions`);
  }
  for (const { product, owner } of apiOwners(homelab)) {
    const name = product === 'pve' ? `site ${owner.id}` : `backup server ${owner.id}`;
    const secret = await resolveSecret(owner, host.interrupted());
    if (!secret.ok) problems.push(`${name}: ${describeFailure(secret.failure)}`);
    if (owner.tls.kind === 'ca') {
      const { readCa } = await import('../config/read-ca.ts');
      const ca = await readCa(owner.tls.path);
      if (!ca.ok) problems.push(`${name}: ${describeFailure(ca.failure)}`);
    }
  }
  await close();
  for (const problem of problems) output.err(problem);
  if (global.json) output.json({ ok: problems.length === 0, file: paths.homelabFile, problems });
  else if (problems.length === 0) {
    const names = homelab.sites.map((site) => site.id).join(', ');
    const servers = homelab.sites.flatMap((site) => (site.pbs ?? []).map(({ id }) => id));
    const more =
      servers.length === 0 ? '' : `, ${servers.length} backup server(s): ${servers.join(', ')}`;
    output.out(`${paths.homelabFile} is right: ${homelab.sites.length} site(s): ${names}${more}`);
  }
  return problems.length === 0 ? exitCodes.ok : exitCodes.usage;
}
