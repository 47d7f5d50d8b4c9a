const hex = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i;
const black = '#000000';
const white = '#ffffff';
/** Below this ratio large text cannot be read by everybody (WCAG 2, 1.4.3). */
const least = 3;

/** Relative luminance 0..1 of `#rrggbb` (WCAG 2); undefined when it is no such colour. */
function luminance(colour: string): number | undefined {
  const parts = hex.exec(colour)?.slice(1);
  if (!parts) return undefined;
  const [red = 0, green = 0, blue = 0] = parts.map((part) => {
    const share = Number.parseInt(part, 16) / 255;
    return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** Contrast of two colours, 1..21; undefined when one is no `#rrggbb`. */
export function contrastOf(one: string, other: string): number | undefined {
  const [a, b] = [luminance(one), luminance(other)];
  if (a === undefined || b === undefined) return undefined;
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}

/** The wanted colour when it can be read on the background, else black or white; undefined = the background is no colour. */
export function readableOn(background: string, wanted: string | undefined): string | undefined {
  const onBlack = contrastOf(background, black);
  const onWhite = contrastOf(background, white);
  if (onBlack === undefined || onWhite === undefined) return undefined;
  const given = wanted === undefined ? undefined : contrastOf(background, wanted);
  if (wanted !== undefined && given !== undefined && given >= least) return wanted;
  return onBlack >= onWhite ? black : white;
}
