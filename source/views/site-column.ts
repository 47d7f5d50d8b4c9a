import type { Column } from '../components/table/columns.ts';
import { type SafeText, say } from '../domain/safe-text.ts';
import type { SiteId } from '../domain/site.ts';

/** The site of a row, in lists where there is more than one. */
export function siteColumn<Row>(siteOf: (row: Row) => SiteId, priority: number): Column<Row> {
  return {
    id: 'site',
    title: say`Site`,
    min: 5,
    max: 12,
    priority,
    applies: (context) => context.manySites,
    cell: (row) => ({ text: siteOf(row) as string as SafeText }),
    sortValue: siteOf,
  };
}
