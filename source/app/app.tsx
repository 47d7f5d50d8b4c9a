import { Box, useWindowSize } from 'ink';
import { type ReactNode, useEffect, useMemo, useState } from 'react';
import { headerLine } from '../components/header.ts';
import { hintsLine } from '../components/hints.ts';
import type { Line } from '../components/line.ts';
import { Lines } from '../components/lines.tsx';
import { taskStripLine, tooSmallLines } from '../components/messages.ts';
import { tabBarLine } from '../components/tab-bar.ts';
import { createTheme, type Theme } from '../components/theme.ts';
import { type SafeText, sanitise, say } from '../domain/safe-text.ts';
import { framePieces } from '../views/frame.ts';
import { arm } from './controller/confirm.ts';
import type { Console } from './controller/console.ts';
import { layoutOf, viewContext } from './controller/context.ts';
import type { Questions } from './controller/questions.ts';
import { useKeyRouter } from './key-router.tsx';
import { hintsOf } from './model/hints.ts';
import type { Layout } from './model/layout.ts';
import { pageModel } from './model/page-model.ts';
import { toastRows } from './model/toast-rows.ts';
import { wantedDetails } from './model/wanted.ts';
import { ListScreen } from './screen/list-screen.tsx';
import { OverlayScreen } from './screen/overlay-screen.tsx';
import { PageScreen } from './screen/page-screen.tsx';
import { emptyList, listOf, pageOf } from './ui/state.ts';
import { type Snapshot, useConsole } from './use-console.ts';
import { useMouse } from './use-mouse.ts';
import { allViews, findView, overviewView } from './views-of.ts';

export interface AppProps {
  readonly app: Console;
  readonly questions: Questions;
}

/** How long the cursor has to stay on a row before its preview is loaded. */
const restFor = 200;

/** The value once it has not changed for a moment. */
function useRested(value: string | undefined): string | undefined {
  const [rested, setRested] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setRested(value), restFor);
    return () => clearTimeout(timer);
  }, [value]);
  return rested;
}

/** Loads what is on screen, and arms a dialog once it has been drawn. */
function useEffects(app: Console, snapshot: Snapshot): void {
  const { data, ui } = snapshot;
  const resting = pageOf(ui) === undefined ? listOf(ui).cursor : undefined;
  const rested = useRested(resting);
  useEffect(() => {
    // While the cursor runs through a list nothing is loaded for the rows it passes.
    if (rested !== resting) return;
    app.backend()?.details.want(wantedDetails(app, data, ui));
  }, [app, data, ui, rested, resting]);
  const tasksShown = ui.view === 'tasks' && pageOf(ui) === undefined;
  useEffect(() => {
    // The list of tasks is read seldom while nobody looks at it.
    if (tasksShown) for (const sources of app.backend()?.sources.values() ?? []) sources.touch();
  }, [app, tasksShown]);
  const { overlay } = ui;
  const drawn = layoutOf(app, data, ui).fits;
  const waiting = drawn && overlay && 'armed' in overlay && !overlay.armed ? overlay : undefined;
  useEffect(() => {
    if (waiting) arm(app, waiting.kind);
  }, [app, waiting]);
}

function crumbsOf({ ui }: Snapshot, title: SafeText | undefined): SafeText[] {
  const view = findView(ui.view)?.title ?? say``;
  return title ? [view, title] : [view];
}

/** The root: header, tabs, the view or what lies over it, running tasks, messages, key hints. */
export function App({ app, questions }: AppProps): ReactNode {
  useKeyRouter(app, questions);
  useWindowSize();
  const snapshot = useConsole(app);
  useEffects(app, snapshot);
  useMouse(app, snapshot.ui.mouse);
  const { data, ui, now } = snapshot;
  const { ascii, colourLevel, plain } = app.look;
  const theme = useMemo(
    () => createTheme(ui.theme, { level: colourLevel, ascii }),
    [ui.theme, colourLevel, ascii],
  );
  const layout = layoutOf(app, data, ui);
  const { columns, rows } = layout;
  const small = tooSmallLines(columns, rows);
  if (small) {
    return <Lines lines={small} width={columns} height={Math.max(1, rows)} theme={theme} />;
  }
  const context = viewContext(app, data, ui);
  const page = pageOf(ui);
  const model = page ? pageModel(page, context) : undefined;
  const view = findView(ui.view);
  const pieces = framePieces({
    crumbs: crumbsOf(snapshot, model?.title),
    sites: data.sites,
    now,
    readOnly: app.look.readOnly || (app.backend()?.readOnly ?? false),
    alerts: app.models(overviewView, data.sites, emptyList, data.details).rows.length,
  });
  const header = headerLine(pieces.left, pieces.right, columns);
  const tabs = tabBarLine(
    allViews.map(({ id, title, key }) => ({ id, title, key: sanitise(key) })),
    ui.view,
    { width: columns, plain },
  );
  return (
    <Box flexDirection="column" width={columns} height={rows}>
      <Lines lines={[header, tabs]} width={columns} height={2} theme={theme} />
      {ui.overlay ? (
        <OverlayScreen
          app={app}
          snapshot={snapshot}
          overlay={ui.overlay}
          layout={layout}
          theme={theme}
        />
      ) : model ? (
        <PageScreen app={app} snapshot={snapshot} model={model} layout={layout} theme={theme} />
      ) : (
        view && (
          <ListScreen
            app={app}
            snapshot={snapshot}
            view={view}
            layout={layout}
            theme={theme}
            context={context}
          />
        )
      )}
      <Bottom app={app} snapshot={snapshot} layout={layout} theme={theme} />
    </Box>
  );
}

/** Running actions, messages and the key hints: the last rows of the screen. */
function Bottom({
  app,
  snapshot,
  layout,
  theme,
}: {
  readonly app: Console;
  readonly snapshot: Snapshot;
  readonly layout: Layout;
  readonly theme: Theme;
}): ReactNode {
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
  const lines = [...strip, ...toasts, hints];
  return (
    <Lines lines={lines} width={columns} height={layout.strip + layout.toasts + 1} theme={theme} />
  );
}
