import type { Capabilities, DrawWay, PixelSize } from './capabilities.ts';
import { Composer } from './composer.ts';
import { GraphicPainter } from './graphic-painter.ts';
import { type GraphicEncoder, roomOf } from './graphics.ts';
import { type Depth, inkOf } from './inks.ts';
import { kittyEncoder } from './kitty.ts';
import { lineImage } from './line-image.ts';
import { Painter } from './painter.ts';
import type { Picture } from './picture.ts';
import type { Canvas, View } from './scale.ts';
import { sixelEncoder } from './sixel.ts';

export interface PaintedSurface {
  readonly text: string;
  readonly bytes: number;
  /** What changed is on the terminal, so a newer picture may be asked for. */
  readonly complete: boolean;
  /** There is nothing left to do until the picture changes. */
  readonly settled: boolean;
}

/** Where a terminal does not tell: usual enough, and only the shape matters to one that stretches images. */
const USUAL_CELL: PixelSize = { width: 8, height: 16 };

/** The image of a line over the picture: above its layers, with an id that no tile reaches. */
const LINE = { id: 1_000_000, layer: 3 };

/** The part of the terminal that shows the screen: as text or dots in its cells, or in its pixels. */
export class Surface {
  readonly composer: Composer;
  private readonly ink;
  private readonly now: () => number;
  private encoder: GraphicEncoder | undefined;
  private cell: PixelSize = USUAL_CELL;
  private way: DrawWay = 'blocks';
  private cells: Painter | undefined;
  private pixels: { readonly painter: GraphicPainter; readonly view: View } | undefined;
  /** Something is on the terminal that does not belong to the next picture. */
  private used = false;

  constructor(depth: Depth, now: () => number) {
    this.composer = new Composer();
    this.ink = inkOf(depth);
    this.now = now;
  }

  /** The protocol that shows the picture in pixels, while it does. */
  get shown(): DrawWay | undefined {
    return this.pixels && this.way;
  }

  get inPixels(): boolean {
    return this.encoder !== undefined;
  }

  use(way: DrawWay, can: Capabilities | undefined): void {
    this.way = way;
    this.cell = can?.cell ?? USUAL_CELL;
    this.encoder =
      way === 'kitty'
        ? kittyEncoder
        : way === 'sixel'
          ? sixelEncoder(can?.registers ?? 0)
          : undefined;
  }

  /** What is on the terminal is not known any more. */
  forget(): void {
    this.used ||= this.cells !== undefined || this.pixels !== undefined;
    this.cells = undefined;
    this.pixels = undefined;
    this.composer.forget();
  }

  paint(picture: Picture, canvas: Canvas, room: number, most: number): PaintedSurface {
    const { encoder, cell } = this;
    const pixels = encoder && roomOf(canvas, cell, encoder.step);
    const composed = this.composer.compose(picture, canvas, pixels);
    if ('cells' in composed) {
      const blank = this.pixels || this.used ? this.blank(canvas) : '';
      this.pixels = undefined;
      if (blank !== '') this.cells = undefined;
      this.cells ??= new Painter(canvas, this.ink);
      const painted = this.cells.paint(composed.cells, room - blank.length);
      const { complete } = painted;
      return {
        text: blank + painted.text,
        bytes: blank.length + painted.bytes,
        complete,
        settled: complete,
      };
    }
    const { view, damage } = composed;
    let blank = '';
    if (this.pixels === undefined || !sameView(this.pixels.view, view)) {
      if (this.pixels || this.cells || this.used) blank = this.blank(canvas);
      this.cells = undefined;
      const painter = new GraphicPainter(
        ...([canvas, cell, view, encoder as GraphicEncoder, this.now] as const),
      );
      this.pixels = { painter, view };
    }
    const painted = this.pixels.painter.paint(picture, damage, room - blank.length, most);
    const text = blank + painted.text;
    return { text, bytes: text.length, complete: painted.complete, settled: painted.settled };
  }

  /** A line of ASCII over the first row; images would hide it as text. */
  over(line: string): string {
    const text = `\u001b[0;7m\u001b[1;1H${line}\u001b[0m`;
    if (!this.encoder?.layered) return text;
    this.used = true;
    const image = lineImage(line);
    const { width, height } = image;
    const place = { ...LINE, row: 0, column: 0, columns: line.length, rows: 1, width, height };
    return text + this.encoder.image(place, image, 'exact');
  }

  /** Takes away what text does not overwrite. */
  get clear(): string {
    return this.encoder?.clear ?? '';
  }

  /** Empties the rows of the canvas, and no other. */
  private blank({ columns, rows }: Canvas): string {
    this.used = false;
    return `${this.clear}\u001b[0m\u001b[${rows};${columns}H\u001b[1J`;
  }
}

function sameView(one: View, other: View): boolean {
  return sameArea(one.source, other.source) && sameArea(one.dots, other.dots);
}

function sameArea(one: View['dots'], other: View['dots']): boolean {
  return (
    one.x === other.x &&
    one.y === other.y &&
    one.width === other.width &&
    one.height === other.height
  );
}
