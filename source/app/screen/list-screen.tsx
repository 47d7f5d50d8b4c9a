import { Box } from 'ink';
import type { ReactNode } from 'react';
import type { Line, Segment } from '../../components/line.ts';
import { Lines } from '../../components/lines.tsx';
import { paintLine } from '../../components/paint.ts';
import { Table } from '../../components/table/table.tsx';
import { windowTop } from '../../components/table/window.ts';
import { TextLine } from '../../components/text-line.tsx';
import type { Theme } from '../../components/theme.ts';
import { sanitise, say } from '../../domain/safe-text.ts';
import { clockSkews } from '../../domain/server-time.ts';
import type { ListView, ViewContext } from '../../views/types.ts';
import type { Console } from '../controller/console.ts';
import type { Layout } from '../model/layout.ts';
import type { ListModel } from '../model/list-model.ts';
import { type ListState, listOf } from '../ui/state.ts';
import type { Snapshot } from '../use-console.ts';

export interface ListScreenProps {
  readonly app: Console;
  readonly snapshot: Snapshot;
  readonly view: ListView<object>;
  readonly layout: Layout;
  readonly theme: Theme;
  readonly context: ViewContext;
}

/** Count, filter with its caret, marks, and what is odd about the filter. */
function titleLine(
  view: ListView<object>,
  model: ListModel<object>,
  list: ListState,
  filtering: boolean,
): Line {
  const shown = model.rows.length;
  const all = model.total;
  const count = shown === all ? say`${all}` : say`${shown} of ${all}`;
  const parts: Segment[] = [
    { text: say` ${view.title} `, bold: true },
    { text: count, tone: 'dim' },
  ];
  if (list.marks.size > 0) {
    const hidden =
      list.marks.size - model.rows.filter((row) => list.marks.has(view.rowKey(row))).length;
    const left = hidden > 0 ? say` (${hidden} hidden here, left out)` : say``;
    parts.push({ text: say`  ${list.marks.size} marked${left}`, tone: 'accent' });
  }
  if (list.sickOnly) parts.push({ text: say`  only sick rows (ctrl-z)`, tone: 'warn' });
  if (filtering || list.filter !== '') {
    parts.push({ text: say`  /`, tone: 'key' }, { text: sanitise(list.filter) });
    if (filtering) parts.push({ text: say` `, inverse: true });
    else parts.push({ text: say`  esc clears`, tone: 'dim' });
  }
  if (model.filter.problem) {
    parts.push({ text: say`  ${sanitise(model.filter.problem)}`, tone: 'warn' });
  }
  return parts;
}

/** A list view: title, table or the reason why it is empty, preview beside it when there is room. */
export function ListScreen(props: ListScreenProps): ReactNode {
  const { app, snapshot, view, layout, theme, context } = props;
  const { data, ui, now } = snapshot;
  const list = listOf(ui, view.id);
  const model = app.models(view, data.sites, list, data.details);
  const beside = { ...context, width: layout.listWidth };
  const notes = (view.notes?.(beside) ?? []).slice(0, Math.max(0, layout.body - 4));
  const height = Math.max(0, layout.body - 1 - notes.length);
  const row = model.rows[model.cursor];
  const top = windowTop({
    top: list.top,
    cursor: model.cursor,
    count: model.rows.length,
    height: Math.max(1, height - 1),
  });
  const title = paintLine(titleLine(view, model, list, ui.filtering), layout.listWidth, theme);
  const preview =
    layout.previewWidth > 0 && row && view.preview
      ? view.preview(row, { ...context, width: layout.previewWidth - 2 })
      : undefined;
  const body =
    model.rows.length === 0 ? (
      <Lines
        lines={emptyLines(view, model, data.sites, now)}
        width={layout.listWidth}
        height={height}
        theme={theme}
      />
    ) : (
      <Table
        columns={view.columns}
        rows={model.rows}
        rowKey={view.rowKey}
        cursorKey={row ? view.rowKey(row) : undefined}
        marked={list.marks}
        top={top}
        height={height}
        width={layout.listWidth}
        theme={theme}
        sort={list.sort ?? view.defaultSort}
        stale={view.stale}
        plain={app.look.plain}
        context={{
          now,
          ascii: app.look.ascii,
          manySites: data.sites.length > 1,
          skew: clockSkews(data.sites),
        }}
      />
    );
  return (
    <Box flexDirection="row" height={layout.body} width={layout.columns} flexShrink={0}>
      <Box flexDirection="column" width={layout.listWidth} flexShrink={0}>
        <TextLine line={title} />
        <Lines lines={notes} width={layout.listWidth} height={notes.length} theme={theme} />
        {body}
      </Box>
      {layout.previewWidth > 0 && <Preview lines={preview ?? []} layout={layout} theme={theme} />}
    </Box>
  );
}

function emptyLines(
  view: ListView<object>,
  model: ListModel<object>,
  sites: ViewContext['sites'],
  now: number,
): readonly Line[] {
  if (model.total === 0) return view.empty(sites, now);
  return [
    [],
    [{ text: say`  Nothing passes the filter; ${model.total} rows are hidden.` }],
    [{ text: say`  esc shows them again.`, tone: 'dim' }],
  ];
}

function Preview({
  lines,
  layout,
  theme,
}: {
  readonly lines: readonly Line[];
  readonly layout: Layout;
  readonly theme: Theme;
}): ReactNode {
  const rule: Segment = { text: say`│ `, tone: 'dim' };
  const shown = Array.from(
    { length: layout.body },
    (_, index): Line => [rule, ...(lines[index] ?? [])],
  );
  return <Lines lines={shown} width={layout.previewWidth + 1} height={layout.body} theme={theme} />;
}
