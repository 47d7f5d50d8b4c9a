import { type ThemeName, themeNames } from '../../components/theme.ts';
import { say } from '../../domain/safe-text.ts';
import { changeList, setOverlay } from '../ui/changes.ts';
import { type Console, change } from './console.ts';
import { haltBatches } from './operations.ts';
import { toast } from './toasts.ts';

/** Refreshes every source and whatever is on screen; also lets a paused or refused connection try again. */
export function refresh(app: Console): void {
  const backend = app.backend();
  if (!backend) return;
  // What was stopped goes on where it was; a second time everything is read again.
  const goesOn = app.ui.getState().halted !== undefined;
  change(app, (ui) => (ui.halted ? { ...ui, halted: undefined } : ui));
  for (const site of backend.services.sites) site.reset?.();
  for (const sources of backend.sources.values()) sources.refresh();
  backend.details.refresh(goesOn ? [] : undefined);
  toast(app, 'info', say`Refreshing`);
}

/** Quits at once, or asks when an action is still being followed. */
export function quit(app: Console): void {
  const running = app.data.getState().operations.some((each) => each.state === 'running');
  if (!running) return app.exit(0);
  change(app, setOverlay({ kind: 'quit', armed: false }));
}

/** The palette's own commands, by name. */
export function runCommand(app: Console, command: string): void {
  const [name = '', argument = ''] = command.split(' ');
  if (name === 'help') return change(app, setOverlay({ kind: 'help', top: 0 }));
  if (name === 'calls') {
    return change(app, setOverlay({ kind: 'calls', top: 0, following: true }));
  }
  change(app, setOverlay(undefined));
  if (name === 'refresh') return refresh(app);
  if (name === 'quit') return quit(app);
  if (name === 'halt') return haltBatches(app);
  if (name === 'sick') {
    return change(
      app,
      changeList((list) => ({ ...list, sickOnly: !list.sickOnly, top: 0 })),
    );
  }
  if (name === 'mouse') return change(app, (ui) => ({ ...ui, mouse: !ui.mouse }));
  const theme = themeNames.find((each): each is ThemeName => each === argument);
  if (name === 'theme' && theme) change(app, (ui) => ({ ...ui, theme }));
}
