import { Box, useWindowSize } from 'ink';
import { type ReactNode, useEffect, useMemo, useState } from 'react';
import { Lines } from '../components/lines.tsx';
import { tooSmallLines } from '../components/messages.ts';
import { createTheme } from '../components/theme.ts';
import { arm } from './controller/confirm.ts';
import type { Console } from './controller/console.ts';
import { layoutOf, viewContext } from './controller/context.ts';
import type { Questions } from './controller/questions.ts';
import { bottomLines, topLines } from './frame/chrome.ts';
import { useKeyRouter } from './key-router.tsx';
import { rowsAbove } from './model/layout.ts';
import { pageModel } from './model/page-model.ts';
import { wantedDetails } from './model/wanted.ts';
import { ListScreen } from './screen/list-screen.tsx';
import { OverlayScreen } from './screen/overlay-screen.tsx';
import { PageScreen } from './screen/page-screen.tsx';
import { listOf, pageOf } from './ui/state.ts';
import { type Snapshot, useConsole } from './use-console.ts';
import { useMouse } from './use-mouse.ts';
import { useTerminalHost } from './use-terminal-host.ts';
import { findView } from './views-of.ts';

export interface AppProps {
  readonly app: Console;
  readonly questions: Questions;
}

/** How long the cursor has to stay on a row before its preview is loaded and shown. */
const restFor = 120;

/** The value once it has not changed for a moment. */
function useRested(value: string | undefined): string | undefined {
  const [rested, setRested] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setRested(value), restFor);
    return () => clearTimeout(timer);
  }, [value]);
  return rested;
}

/** Loads what is on screen, and arms a dialog once it has been drawn. Answers the row on which the cursor rests. */
function useEffects(app: Console, snapshot: Snapshot): string | undefined {
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
  return rested;
}

/** The root: header, tabs, the view or what lies over it, running tasks, messages, key hints. */
export function App({ app, questions }: AppProps): ReactNode {
  useKeyRouter(app, questions);
  useWindowSize();
  const snapshot = useConsole(app);
  const rested = useEffects(app, snapshot);
  useMouse(app, snapshot.ui.mouse);
  useTerminalHost(app.terminal);
  const { data, ui } = snapshot;
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
  const top = topLines(app, snapshot, layout, model?.title);
  const bottom = bottomLines(app, snapshot, layout);
  // What lies over the view is drawn last, so that it is on top; read out, it stands alone in the view's place.
  const overlay = ui.overlay && (
    <OverlayScreen
      app={app}
      snapshot={snapshot}
      overlay={ui.overlay}
      layout={layout}
      theme={theme}
    />
  );
  return (
    <Box flexDirection="column" width={columns} height={rows}>
      <Lines lines={top} width={columns} height={rowsAbove} theme={theme} />
      {plain && overlay ? (
        overlay
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
            previewOf={rested}
          />
        )
      )}
      <Lines
        lines={bottom}
        width={columns}
        height={layout.strip + layout.toasts + 1}
        theme={theme}
      />
      {!plain && overlay}
    </Box>
  );
}
