export interface Area {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A screen that a VNC client may look at and type into. */
export interface DemoDisplay {
  readonly width: number;
  readonly height: number;
  /** 0xRRGGBB, row by row */
  readonly pixels: Uint32Array;
  /** Told of every part that changed. Answers how to stop. */
  onDamage(listener: (area: Area) => void): () => void;
  /** X11's number of a key that goes down. */
  key(keysym: number, held: { readonly control: boolean; readonly alt: boolean }): void;
}

/** The box around two areas. */
export function around(one: Area | undefined, other: Area): Area {
  if (one === undefined) return other;
  const x = Math.min(one.x, other.x);
  const y = Math.min(one.y, other.y);
  return {
    x,
    y,
    width: Math.max(one.x + one.width, other.x + other.width) - x,
    height: Math.max(one.y + one.height, other.y + other.height) - y,
  };
}
