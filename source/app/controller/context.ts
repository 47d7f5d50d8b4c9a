import type { Facts } from '../../actions/types.ts';
import { detailOf } from '../../domain/detail.ts';
import type { Guest } from '../../domain/guest.ts';
import { guestKey } from '../../domain/guest.ts';
import type { SiteInventory } from '../../domain/inventory.ts';
import type { SiteId } from '../../domain/site.ts';
import type { SnapshotList } from '../../domain/snapshot.ts';
import type { DataState } from '../../store/state.ts';
import type { ViewContext } from '../../views/types.ts';
import { layoutScreen, mostToastRows } from '../model/layout.ts';
import { toastRows } from '../model/toast-rows.ts';
import { pageOf, type UiState } from '../ui/state.ts';
import type { Console } from './console.ts';

/** Rows of operations and messages that want to be seen now. */
export function layoutOf(app: Console, data: DataState, ui: UiState) {
  const { columns, rows } = app.size();
  const running = data.operations.filter((operation) => operation.state === 'running').length;
  return layoutScreen(columns, rows, {
    strip: running,
    toasts: toastRows(ui.toasts, columns, mostToastRows).length,
    // Two things side by side cannot be read out one after the other.
    preview: pageOf(ui) === undefined && ui.view !== 'overview' && !app.look.plain,
  });
}

export function viewContext(app: Console, data: DataState, ui: UiState): ViewContext {
  const layout = layoutOf(app, data, ui);
  return {
    now: app.now(),
    ascii: app.look.ascii,
    plain: app.look.plain,
    width: layout.columns,
    height: layout.body - 1,
    sites: data.sites,
    details: data.details,
    timeframe: ui.timeframe,
  };
}

export function inventoryOf(data: DataState, site: SiteId): SiteInventory | undefined {
  return data.sites.find((each) => each.site === site);
}

/** What is known here and now about a target, for hints and menus; the dialog reads it again from the server. */
export function localFacts(
  app: Console,
  data: DataState,
  target: { readonly site: SiteId },
  { snapshot, picked }: Pick<Facts, 'snapshot' | 'picked'> = {},
): Facts | undefined {
  const site = inventoryOf(data, target.site);
  if (!site) return undefined;
  const guest = 'vmid' in target ? (target as Guest) : undefined;
  const snapshots: SnapshotList | undefined = guest
    ? detailOf(data.details, 'guest.snapshots', guestKey(guest)).data
    : undefined;
  const pending = guest ? detailOf(data.details, 'guest.pending', guestKey(guest)).data : undefined;
  const status = guest ? detailOf(data.details, 'guest.status', guestKey(guest)).data : undefined;
  return {
    site,
    now: app.now(),
    ...(snapshots ? { snapshots } : {}),
    ...(snapshot ? { snapshot } : {}),
    ...(picked ? { picked } : {}),
    ...(pending ? { pending } : {}),
    // A stopped VM answers without the flag although its display may be capable.
    ...(status?.spice === true ? { spice: true } : {}),
  };
}

/** Has no other guest of any site this name? */
export function uniqueName(data: DataState): (guest: Guest) => boolean {
  return (guest) =>
    data.sites
      .flatMap((site) => site.resources.data?.guests ?? [])
      .filter((each) => each.name === guest.name).length <= 1;
}
