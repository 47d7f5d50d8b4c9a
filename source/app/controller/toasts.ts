import type { Tone } from '../../components/line.ts';
import { describeFailure, type Failure } from '../../domain/failure.ts';
import type { SafeText } from '../../domain/safe-text.ts';
import type { Change } from '../ui/changes.ts';
import { type Console, change } from './console.ts';

const goodFor = 6_000;
/** Failures stay until a key is pressed after this time, so that nobody misses one. */
const badFor = 60_000;
const kept = 4;

/** Says something for a while; the newest is at the bottom. */
export function toast(app: Console, tone: Tone, text: SafeText): void {
  const id = app.nextId();
  const life = tone === 'bad' || tone === 'warn' ? badFor : goodFor;
  change(app, (ui) => ({
    ...ui,
    toasts: [...ui.toasts, { id, tone, text, until: app.now() + life }].slice(-kept),
  }));
  app.later(() => change(app, dropToast(id)), life);
}

export function dropToast(id: number): Change {
  return (ui) => {
    const toasts = ui.toasts.filter((each) => each.id !== id);
    return toasts.length === ui.toasts.length ? ui : { ...ui, toasts };
  };
}

export function toastFailure(app: Console, failure: Failure): void {
  toast(app, failure.kind === 'cancelled' ? 'warn' : 'bad', describeFailure(failure));
}
