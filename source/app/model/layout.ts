/** Smallest terminal the console draws in; below it says how large it needs to be. */
export const smallest = { columns: 60, rows: 15 } as const;
/** From this width on the selected row gets a preview beside the list. */
export const previewFrom = 120;
/** Header and tab bar. */
export const rowsAbove = 2;
/** Rows that messages take at most. */
export const mostToastRows = 3;

export interface Layout {
  readonly columns: number;
  readonly rows: number;
  readonly fits: boolean;
  /** Rows for the view between header, tabs, strip and hints. */
  readonly body: number;
  /** Cells for the list; the rest, if any, is the preview's. */
  readonly listWidth: number;
  readonly previewWidth: number;
  /** Rows of the task strip. */
  readonly strip: number;
  /** Rows of messages. */
  readonly toasts: number;
}

/** Divides the screen: header and tab bar on top, task strip, messages and hints below, the view between. */
export function layoutScreen(
  columns: number,
  rows: number,
  wants: { readonly strip: number; readonly toasts: number; readonly preview: boolean },
): Layout {
  const fits = columns >= smallest.columns && rows >= smallest.rows;
  const strip = Math.min(wants.strip, rows >= 24 ? 3 : 1);
  const toasts = Math.min(wants.toasts, rows >= 24 ? mostToastRows : 1);
  const body = Math.max(0, rows - rowsAbove - 1 - strip - toasts);
  const preview = wants.preview && columns >= previewFrom;
  const previewWidth = preview ? Math.min(64, Math.floor(columns * 0.36)) : 0;
  return {
    columns,
    rows,
    fits,
    body,
    listWidth: preview ? columns - previewWidth - 1 : columns,
    previewWidth,
    strip,
    toasts,
  };
}
