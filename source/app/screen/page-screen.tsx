import { Box } from 'ink';
import type { ReactNode } from 'react';
import type { Line, Segment } from '../../components/line.ts';
import { Lines } from '../../components/lines.tsx';
import { paintLine } from '../../components/paint.ts';
import { Table } from '../../components/table/table.tsx';
import { windowTop } from '../../components/table/window.ts';
import { TextLine } from '../../components/text-line.tsx';
import type { Theme } from '../../components/theme.ts';
import { displayWidth } from '../../components/width.ts';
import { say } from '../../domain/safe-text.ts';
import { clockSkew, clockSkews } from '../../domain/server-time.ts';
import type { TabBody, TabTable } from '../../views/types.ts';
import type { Console } from '../controller/console.ts';
import { tableRow } from '../controller/selection.ts';
import type { Layout } from '../model/layout.ts';
import type { PageModel } from '../model/page-model.ts';
import { pageOf, pageStateOf } from '../ui/state.ts';
import type { Snapshot } from '../use-console.ts';

export interface PageScreenProps {
  readonly app: Console;
  readonly snapshot: Snapshot;
  readonly model: PageModel;
  readonly layout: Layout;
  readonly theme: Theme;
}

/** The tabs in one line of `room` cells; where they do not fit, those around the open one. */
export function tabLine(model: PageModel, room: number): Line {
  const all = model.tabs.map((tab): Segment => {
    const current = tab.id === model.tab?.id;
    const words = current ? say`[${tab.title}]` : say` ${tab.title} `;
    return { text: words, tone: current ? 'accent' : 'dim', bold: current };
  });
  const wide = (segments: readonly Segment[]) =>
    segments.reduce((sum, { text }) => sum + displayWidth(text), 0);
  if (wide(all) <= room) return all;
  const at = all.findIndex(({ bold }) => bold);
  let first = 0;
  // Two cells say that there is more on either side.
  while (first < at && wide(all.slice(first, at + 2)) > room - 4) first += 1;
  return first === 0 ? all : [{ text: say`‹ `, tone: 'dim' }, ...all.slice(first)];
}

/** A detail page: its tabs, then what the open one shows. */
export function PageScreen(props: PageScreenProps): ReactNode {
  const { model, layout, theme } = props;
  const height = Math.max(0, layout.body - 1);
  const tabs: Line = model.row
    ? tabLine(model, layout.columns - 1)
    : [{ text: say` ${model.title}`, tone: 'heading' }];
  return (
    <Box flexDirection="column" height={layout.body} width={layout.columns} flexShrink={0}>
      <TextLine line={paintLine([{ text: say` ` }, ...tabs], layout.columns, theme)} />
      {model.body ? (
        <Body {...props} body={model.body} height={height} />
      ) : (
        <Lines lines={goneLines} width={layout.columns} height={height} theme={theme} />
      )}
    </Box>
  );
}

/** Of the site that the page's object belongs to. */
function skewOfPage({ data, ui }: Snapshot): number {
  const page = pageOf(ui);
  const key = page === undefined ? '' : page.kind === 'smart' ? page.nodeKey : page.key;
  const site = key.slice(0, Math.max(0, key.indexOf('/')));
  return clockSkew(data.sites.find((each) => each.site === site)?.connection);
}

const goneLines: readonly Line[] = [
  [],
  [{ text: say`  It is not known here: deleted, moved away, or not loaded yet.` }],
  [{ text: say`  esc goes back, r asks again.`, tone: 'dim' }],
];

function Body(
  props: PageScreenProps & { readonly body: TabBody; readonly height: number },
): ReactNode {
  const { app, snapshot, body, height, layout, theme } = props;
  const width = layout.columns;
  const state = pageStateOf(snapshot.ui);
  if (body.kind === 'lines') {
    const last = Math.max(0, body.lines.length - height);
    const top = Math.min(state.top, last);
    return <Lines lines={body.lines.slice(top)} width={width} height={height} theme={theme} />;
  }
  const notes = body.notes ?? [];
  const room = Math.max(0, height - notes.length);
  const noteLines = <Lines lines={notes} width={width} height={notes.length} theme={theme} />;
  if (body.kind === 'log') {
    const last = Math.max(0, body.lines.length - room);
    const top = state.following ? last : Math.min(state.top, last);
    const lines = body.lines
      .slice(top, top + room)
      .map((text): Line => [{ text: say` ` }, { text }]);
    return (
      <>
        {noteLines}
        <Lines lines={lines} width={width} height={room} theme={theme} />
      </>
    );
  }
  const table = body as TabTable<object>;
  if (table.rows.length === 0) {
    return (
      <>
        {noteLines}
        <Lines lines={table.empty} width={width} height={room} theme={theme} />
      </>
    );
  }
  const row = tableRow(snapshot.ui, table);
  const cursor = row ? table.rows.indexOf(row) : 0;
  const top = windowTop({
    top: state.top,
    cursor,
    count: table.rows.length,
    height: Math.max(1, room - 1),
  });
  return (
    <>
      {noteLines}
      <Table
        columns={table.columns}
        rows={table.rows}
        rowKey={table.rowKey}
        cursorKey={row ? table.rowKey(row) : undefined}
        top={top}
        height={room}
        width={width}
        theme={theme}
        plain={app.look.plain}
        context={{
          now: snapshot.now,
          ascii: app.look.ascii,
          plain: app.look.plain,
          manySites: snapshot.data.sites.length > 1,
          skew: clockSkews(snapshot.data.sites),
          ownSkew: skewOfPage(snapshot),
        }}
      />
    </>
  );
}
