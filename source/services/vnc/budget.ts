/** Bytes that may be written: never more than `rate` in any second. */
export interface Budget {
  /** The most that is ever saved up. */
  readonly most: number;
  /** Bytes that may be written now. */
  room(): number;
  spend(bytes: number): void;
  /** ms until there is room for so many bytes. */
  wait(bytes: number): number;
}

/** A fifth of the rate may be saved up, so the rest is what flows in a second. */
const SAVED = 0.2;

/** `rate` in bytes a second; `now` in ms; `saved` = the part of the rate that may be saved up, `left` of which is there. */
export function createBudget(
  rate: number,
  now: () => number,
  saved = SAVED,
  left = Infinity,
): Budget {
  const most = rate * saved;
  const flow = (rate - most) / 1000;
  let room = Math.min(most, left);
  let at = now();
  const fill = () => {
    const time = now();
    room = Math.min(most, room + Math.max(0, time - at) * flow);
    at = time;
    return room;
  };
  return {
    most,
    room: () => Math.floor(fill()),
    spend: (bytes) => {
      fill();
      room -= bytes;
    },
    wait: (bytes) => Math.max(0, Math.ceil((Math.min(bytes, most) - fill()) / flow)),
  };
}
