import type { Guest } from '../domain/guest.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import { say } from '../domain/safe-text.ts';
import { renderVv } from '../domain/vv.ts';
import type { SpiceSettings } from '../services/types.ts';
import { ask, blocked, disabled, guestLabel, hidden, yes } from './guest-common.ts';
import { defineAction, type Outcome, type RunContext } from './types.ts';

/** A container has no display: spiceterm shows its text console over SPICE (api.md section 6). */
const screenOf = (guest: Guest) =>
  guest.type === 'lxc' ? say`SPICE text console` : say`SPICE desktop`;
const startNeeded = (guest: Guest) => guest.status === 'stopped';
/** Where spiceproxy listens on every node (api.md section 6). */
const spicePort = 3128;

/** Host, port and URL of spiceproxy as this machine reaches it: the configured one, else the endpoint's host. */
export function spiceProxyOf(site: RunContext['site']): {
  host: string;
  port: number;
  url: string;
} {
  const configured = site.config.spiceProxy;
  if (configured) {
    const url = new URL(configured);
    const host = url.hostname.replace(/^\[|\]$/g, '');
    return { host, port: Number(url.port || spicePort), url: configured };
  }
  const host = site.currentHost();
  const bracketed = host.includes(':') ? `[${host}]` : host;
  return { host, port: spicePort, url: `http://${bracketed}:${spicePort}` };
}

async function startFirst(guest: Guest, context: RunContext): Promise<Result<undefined>> {
  context.progress({ kind: 'step', text: say`Starting ${guestLabel(guest)}` });
  const verb = 'start';
  const started = await context.site.guests.power(guest, verb, {}, { signal: context.signal });
  if (!started.ok) return started;
  if (started.value.upid) {
    context.progress({ kind: 'task', upid: started.value.upid, node: guest.node });
    const done = await context.followTask(started.value.upid);
    if (!done.ok) return done;
  }
  return waitForRunning(guest, context);
}

/** An HA request ends before the guest runs; the display is there only when it does. */
async function waitForRunning(guest: Guest, context: RunContext): Promise<Result<undefined>> {
  const deadline = context.now() + 60_000;
  for (;;) {
    const status = await context.site.guests.status(guest, { signal: context.signal });
    if (!status.ok) return status;
    if (status.value.status === 'running') return ok(undefined);
    if (context.now() > deadline) {
      return fail({
        kind: 'timeout',
        what: say`The guest did not reach the state running in 60 s`,
        where: guestLabel(guest),
        next: say`look at its tasks`,
      });
    }
    await context.platform.sleep(1000, context.signal);
    if (context.signal.aborted) return fail({ kind: 'cancelled', what: say`Cancelled` });
  }
}

/** Checks port and display, then fetches the settings; they are valid for 30 s and are never kept. */
export async function fetchSpice(
  guest: Guest,
  context: RunContext,
): Promise<Result<{ settings: SpiceSettings; proxyUrl: string }>> {
  if (startNeeded(guest)) {
    const running = await startFirst(guest, context);
    if (!running.ok) return running;
  }
  if (guest.type === 'qemu') {
    const status = await context.site.guests.status(guest, { signal: context.signal });
    if (status.ok && status.value.spice !== true) {
      const display = context.facts.display ?? say`the default`;
      return fail({
        kind: 'rejected',
        what: say`SPICE is not available: the display is ${display}`,
        where: guestLabel(guest),
        next: say`set the display to qxl or virtio and start the VM anew`,
      });
    }
  }
  const proxy = spiceProxyOf(context.site);
  context.progress({ kind: 'step', text: say`Checking the SPICE proxy` });
  const reached = await context.platform.probeTcp(proxy.host, proxy.port, context.signal);
  if (!reached.ok) return reached;
  context.progress({
    kind: 'step',
    text: say`SPICE proxy answers in ${Math.round(reached.value)} ms`,
  });
  const settings = await context.site.guests.spiceproxy(guest, proxy.host, {
    signal: context.signal,
  });
  if (!settings.ok) return settings;
  return ok({ settings: settings.value, proxyUrl: proxy.url });
}

/** The remote-viewer file's text, with the proxy as this machine reaches it. */
export function vvText(settings: SpiceSettings, proxyUrl: string): string {
  return renderVv(settings, { proxy: proxyUrl });
}

async function open(guest: Guest, context: RunContext): Promise<Result<Outcome>> {
  const missing = context.platform.viewerProblem();
  if (missing) return fail(missing);
  const fetched = await fetchSpice(guest, context);
  if (!fetched.ok) return fetched;
  const { settings, proxyUrl } = fetched.value;
  context.progress({ kind: 'step', text: say`Opening remote-viewer` });
  const opened = await context.platform.openViewer(vvText(settings, proxyUrl), context.signal);
  if (!opened.ok) return opened;
  return ok({ kind: 'done', message: say`${screenOf(guest)} of ${guestLabel(guest)} opened` });
}

export const guestSpice = defineAction<'guest'>({
  id: 'guest.spice',
  scope: 'guest',
  key: 'v',
  title: 'Open SPICE viewer',
  summary:
    'Opens the desktop of a VM, or the text console of a container, in remote-viewer; a stopped guest is started first.',
  effect: 'change',
  needs: ['spice'],
  batch: false,
  fields: [],
  privileges: (guest) => [
    { path: `/vms/${guest.vmid}`, anyOf: ['VM.Console'] },
    ...(startNeeded(guest) ? [{ path: `/vms/${guest.vmid}`, anyOf: ['VM.PowerMgmt'] }] : []),
  ],
  available: (guest, facts) => {
    if (guest.template) return hidden;
    const stop = blocked(guest, facts, ['suspended', 'backup']);
    if (stop) return stop;
    if (guest.type === 'qemu' && facts.spice === false) {
      const display = facts.display ?? say`the default (std)`;
      return disabled(say`display is ${display}; SPICE needs qxl or virtio`);
    }
    return yes;
  },
  confirm: (guest, _values, facts) =>
    startNeeded(guest)
      ? ask(1, say`${guestLabel(guest)} is stopped. Start and open?`, guest, facts)
      : ask(0, say`Open the ${screenOf(guest)} of ${guestLabel(guest)}?`, guest, facts),
  // Finding the proxy's task again would not bring back the settings, so a lost answer stays a failure.
  taskTypes: [],
  touches: ['resources', 'tasks'],
  run: (guest, _values, context) => open(guest, context),
});
