import type { Guest } from '../domain/guest.ts';
import { ok, type Result } from '../domain/result.ts';
import { say } from '../domain/safe-text.ts';
import { ask, guestLabel, hidden, vmPrivilege } from './guest-common.ts';
import { defineAction, type Outcome, type RunContext } from './types.ts';
import { connectVnc, screenAvailable } from './vm-console.ts';

async function take(guest: Guest, file: string, context: RunContext): Promise<Result<Outcome>> {
  const label = guestLabel(guest);
  const connected = await connectVnc(guest, context);
  if (!connected.ok) return connected;
  const { screens, console } = connected.value;
  const opened = await screens.open(console, { label, signal: context.signal });
  if (!opened.ok) return opened;
  const taken = await opened.value.picture();
  if (!taken.ok) return taken;
  const saved = await screens.save(file, taken.value);
  if (!saved.ok) return saved;
  return ok({ kind: 'done', message: say`The screen of ${label} is in ${saved.value}` });
}

export const guestScreenshot = defineAction<'guest'>({
  id: 'guest.screenshot',
  scope: 'guest',
  key: '',
  title: 'Save a picture of the screen',
  summary: 'Writes the screen of a running VM into a PNG file on this machine.',
  // Nothing of the guest changes, but the proxy has to be asked for with a POST.
  effect: 'change',
  needs: [],
  batch: false,
  fields: [
    {
      name: 'file',
      label: 'File',
      help: 'The PNG file to write on this machine; it must not exist yet.',
      kind: 'text',
      required: true,
      initial: (guest) => `screen-${guest.vmid}.png`,
      problem: (value) => (/\u0000/.test(String(value)) ? 'is no file name' : undefined),
    },
  ],
  privileges: vmPrivilege('VM.Console'),
  available: (guest) => (guest.type === 'lxc' ? hidden : screenAvailable(guest)),
  confirm: (guest, _values, facts) =>
    ask(0, say`Save a picture of the screen of ${guestLabel(guest)}?`, guest, facts),
  // The task ends with the connection; finding it again would bring back nothing.
  taskTypes: [],
  touches: ['tasks'],
  run: (guest, values, context) => take(guest, String(values.file), context),
});
