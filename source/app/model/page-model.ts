import { detailOf } from '../../domain/detail.ts';
import { nodeKey } from '../../domain/node.ts';
import { type SafeText, sanitise, say } from '../../domain/safe-text.ts';
import { isSiteId } from '../../domain/site.ts';
import { parseUpid, type Task } from '../../domain/task.ts';
import { smartLines } from '../../views/nodes/disks.ts';
import type { DetailTab, ListView, TabBody, ViewContext } from '../../views/types.ts';
import type { Page } from '../ui/state.ts';
import { findView } from '../views-of.ts';

/** A detail page as it is shown. */
export interface PageModel {
  readonly title: SafeText;
  /** undefined = the object is not known (any more). */
  readonly row?: object;
  readonly view?: ListView<object>;
  readonly tabs: readonly DetailTab<object>[];
  readonly tab?: DetailTab<object>;
  readonly body?: TabBody;
}

/** A task that no list has any more (or not yet), read from its UPID; what became of it is in its status. */
export function taskFromKey(key: string, context: ViewContext): Task | undefined {
  const cut = key.indexOf('/');
  const site = key.slice(0, cut);
  const upid = parseUpid(key.slice(cut + 1));
  if (!upid || !isSiteId(site)) return undefined;
  const status = detailOf(context.details, 'task.status', key).data;
  return {
    site,
    upid: upid.upid,
    node: sanitise(upid.node),
    type: sanitise(upid.type),
    id: sanitise(upid.id),
    user: sanitise(upid.user),
    starttime: upid.starttime,
    outcome: status?.outcome ?? 'unknown',
    ...(status?.exitstatus ? { status: status.exitstatus } : {}),
  };
}

/** SMART of one disk: a page of its own below the node's disks. */
function smartTab(page: Extract<Page, { kind: 'smart' }>): DetailTab<object> {
  return {
    id: 'smart',
    title: say`SMART ${page.devpath}`,
    sources: () => [{ kind: 'node.smart', subject: page.nodeKey, argument: page.devpath }],
    body: (_row, context) => ({
      kind: 'lines',
      lines: smartLines(
        page.devpath,
        detailOf(context.details, 'node.smart', page.nodeKey, page.devpath),
        context,
      ),
    }),
  };
}

function smartModel(page: Extract<Page, { kind: 'smart' }>, context: ViewContext): PageModel {
  const node = context.sites
    .flatMap((site) => site.resources.data?.nodes ?? [])
    .find((each) => nodeKey(each) === page.nodeKey);
  const title = say`SMART ${page.devpath}`;
  if (!node) return { title, tabs: [] };
  const tab = smartTab(page);
  return { title, row: node, tabs: [tab], tab, body: tab.body(node, context) };
}

export function pageModel(page: Page, context: ViewContext): PageModel {
  if (page.kind === 'smart') return smartModel(page, context);
  const view = findView(page.view);
  if (!view) return { title: sanitise(page.key), tabs: [] };
  const row =
    view.rows(context.sites).find((each) => view.rowKey(each) === page.key) ??
    (page.view === 'tasks' ? taskFromKey(page.key, context) : undefined);
  if (!row) return { title: sanitise(page.key), view, tabs: [] };
  const tabs = view.tabs.filter((tab) => tab.applies?.(row, context) ?? true);
  const tab = tabs.find((each) => each.id === page.tab) ?? tabs[0];
  const base = { title: view.rowTitle(row), row, view, tabs };
  return tab ? { ...base, tab, body: tab.body(row, context) } : base;
}
