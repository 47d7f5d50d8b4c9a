import type { Guest } from '../domain/guest.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import { say } from '../domain/safe-text.ts';
import { renderVv } from '../domain/vv.ts';
import { ask, guestLabel, vmPrivilege } from './guest-common.ts';
import { defineAction, type Outcome, type RunContext } from './types.ts';
import { connectVnc, screenAvailable } from './vm-console.ts';

async function open(guest: Guest, context: RunContext): Promise<Result<Outcome>> {
  const { platform, signal } = context;
  const missing = platform.viewerProblem();
  if (missing) return fail(missing);
  const label = guestLabel(guest);
  const connected = await connectVnc(guest, context);
  if (!connected.ok) return connected;
  const { screens, console } = connected.value;
  const bridged = await screens.bridge(console, { label, signal });
  if (!bridged.ok) return bridged;
  const bridge = bridged.value;
  context.progress({ kind: 'step', text: say`Opening remote-viewer` });
  const values = {
    type: 'vnc',
    host: '127.0.0.1',
    port: String(bridge.port),
    title: guest.name ? `${guest.vmid} ${guest.name}` : String(guest.vmid),
  };
  const opened = await platform.openViewer(
    renderVv({ values, password: console.password }, {}),
    signal,
  );
  const arrived = opened.ok ? await bridge.connected : opened;
  if (!arrived.ok) {
    bridge.close();
    return arrived;
  }
  if (!screens.endsWithAction) {
    return ok({
      kind: 'done',
      message: say`VNC of ${label} opened; it closes when this console ends`,
    });
  }
  context.progress({ kind: 'step', text: say`remote-viewer is open; ctrl-c ends it` });
  const ended = await bridge.ended;
  return ended.ok ? ok({ kind: 'done', message: say`VNC of ${label} closed` }) : ended;
}

export const guestVnc = defineAction<'guest'>({
  id: 'guest.vnc',
  scope: 'guest',
  key: '',
  title: 'Open VNC in remote-viewer',
  summary:
    'Opens the screen in remote-viewer through a port of this machine that takes one client.',
  effect: 'change',
  needs: [],
  batch: false,
  fields: [],
  privileges: vmPrivilege('VM.Console'),
  available: screenAvailable,
  confirm: (guest, _values, facts) =>
    ask(0, say`Open the screen of ${guestLabel(guest)} in remote-viewer?`, guest, facts),
  // The task ends with the connection; finding it again would bring back nothing.
  taskTypes: [],
  touches: ['resources', 'tasks'],
  run: (guest, _values, context) => open(guest, context),
});
