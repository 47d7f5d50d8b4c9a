import type { Guest } from '../domain/guest.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import { sanitise, say } from '../domain/safe-text.ts';
import type { ShowOptions } from '../services/vnc/types.ts';
import { ask, guestLabel, hidden, vmPrivilege } from './guest-common.ts';
import { defineAction, type FieldValues, type Outcome, type RunContext } from './types.ts';
import { connectVnc, screenAvailable } from './vm-console.ts';

/** Ways to draw, and what a form calls them. */
const words = {
  last: 'as last time',
  auto: 'what this terminal can',
  blocks: 'half blocks',
  sixel: 'sixel graphics',
  kitty: 'kitty graphics',
} as const;
const choices = Object.keys(words) as (keyof typeof words)[];
const draws = choices.filter((each) => each !== 'last');

async function look(
  guest: Guest,
  values: FieldValues,
  context: RunContext,
): Promise<Result<Outcome>> {
  const { terminal, terminalProblem } = context.platform;
  const label = guestLabel(guest);
  if (!terminal) {
    const what = say`There is no terminal to draw the screen on`;
    const next = say`guest screenshot writes it into a file`;
    return fail({ ...(terminalProblem?.() ?? { kind: 'local', what, where: label }), next });
  }
  const connected = await connectVnc(guest, context);
  if (!connected.ok) return connected;
  const { screens, console } = connected.value;
  const opened = await screens.open(console, { label, signal: context.signal });
  if (!opened.ok) return opened;
  const screen = opened.value;
  const draw = draws.find((each) => each === values.draw);
  const options: ShowOptions = {
    ...(draw ? { draw } : {}),
    reopen: (signal) => context.site.consoles.vnc(guest, { signal }),
  };
  const shown = await terminal
    .handOver((own) => screen.show(own, options))
    .finally(() => screen.close());
  if (!shown.ok) return shown;
  if (shown.value === 'left')
    return ok({ kind: 'done', message: say`Left the screen of ${label}` });
  return ok({ kind: 'done', message: await whyClosed(guest, context), warning: true });
}

/** The server closed the connection in order: what the guest is now tells why. */
async function whyClosed(guest: Guest, context: RunContext) {
  const label = guestLabel(guest);
  const now = await context.site.guests.status(guest, { signal: context.signal });
  if (now.ok) return say`The screen of ${label} was closed: it is ${now.value.status} now`;
  if (now.failure.kind === 'not-found') {
    return say`The screen of ${label} was closed: it is not on ${guest.node} any more`;
  }
  return say`The screen of ${label} was closed, and its state is not known`;
}

export const guestScreen = defineAction<'guest'>({
  id: 'guest.screen',
  scope: 'guest',
  key: 'V',
  title: 'Look at the screen',
  summary: 'Draws the screen of a running VM in the terminal and types into it.',
  // It shows, but what is typed changes the guest; and the proxy has to be asked for with a POST.
  effect: 'change',
  needs: [],
  batch: false,
  fields: [
    {
      name: 'draw',
      label: 'Draw with',
      help: 'Half blocks, sixel or kitty graphics; auto takes the best this terminal says it can. It is remembered.',
      kind: 'choice',
      aside: true,
      initial: () => 'last',
      choices: () => choices.map((value) => ({ value, label: sanitise(words[value]) })),
      problem: (value) =>
        choices.some((each) => each === value) ? undefined : `must be ${draws.join(', ')}`,
    },
  ],
  privileges: vmPrivilege('VM.Console'),
  available: (guest) => (guest.type === 'lxc' ? hidden : screenAvailable(guest)),
  confirm: (guest, _values, facts) =>
    ask(0, say`Look at the screen of ${guestLabel(guest)}?`, guest, facts),
  // The task ends with the connection; finding it again would bring back nothing.
  taskTypes: [],
  touches: ['resources', 'tasks'],
  run: (guest, values, context) => look(guest, values, context),
});
