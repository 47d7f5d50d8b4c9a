import { headerLine } from '../../components/header.ts';
import { hintsLine } from '../../components/hints.ts';
import type { Line } from '../../components/line.ts';
import { taskStripLine } from '../../components/messages.ts';
import { tabBarLine } from '../../components/tab-bar.ts';
import { type SafeText, sanitise, say } from '../../domain/safe-text.ts';
import { framePieces } from '../../views/frame.ts';
import type { Console } from '../controller/console.ts';
import { hintsOf } from '../model/hints.ts';
import type { Layout } from '../model/layout.ts';
import { toastRows } from '../model/toast-rows.ts';
import { emptyList } from '../ui/state.ts';
import type { Snapshot } from '../use-console.ts';
import { allViews, findView, overviewView } from '../views-of.ts';

function crumbsOf({ ui }: Snapshot, title: SafeText | undefined): SafeText[] {
  const view = findView(ui.view)?.title ?? say``;
  return title ? [view, title] : [view];
}

/** Header and tab bar: the first two rows of the screen. */
export function topLines(
  app: Console,
  snapshot: Snapshot,
  layout: Layout,
  title: SafeText | undefined,
): readonly Line[] {
  const { data, ui, now } = snapshot;
  const { columns } = layout;
  const pieces = framePieces({
    crumbs: crumbsOf(snapshot, title),
    sites: data.sites,
    now,
    readOnly: app.look.readOnly || (app.backend()?.readOnly ?? false),
    alerts: app.models(overviewView, data.sites, emptyList, data.details).rows.length,
  });
  const shown = allViews.filter(({ id, key }) => key.length === 1 || id === ui.view);
  const tabs = shown.map(({ id, title: name, key }) => ({
    id,
    title: name,
    key: sanitise(key),
  }));
  return [
    headerLine(pieces.left, pieces.right, columns),
    tabBarLine(tabs, ui.view, { width: columns, plain: app.look.plain }),
  ];
}

/** Running actions, messages and the key hints: the last rows of the screen. */
export function bottomLines(app: Console, snapshot: Snapshot, layout: Layout): readonly Line[] {
  const { data, ui } = snapshot;
  const { columns } = layout;
  const running = data.operations.filter((operation) => operation.state === 'running');
  const strip = running.slice(-layout.strip).map((operation): Line => {
    const step = operation.step ? say`: ${operation.step}` : say``;
    const words = say`${operation.title} ${operation.target}${step}`;
    const { progress } = operation;
    const task = {
      words,
      state: 'running' as const,
      ...(progress === undefined ? {} : { progress }),
    };
    return taskStripLine([task], columns) ?? [];
  });
  const toasts = toastRows(ui.toasts, columns, layout.toasts);
  const hints = ui.busy
    ? [{ text: say` ⟳ ${ui.busy}`, tone: 'info' as const }]
    : hintsLine(ui.overlay ? [] : hintsOf(app, data, ui), columns);
  return [...strip, ...toasts, hints];
}
