/** At most this many actions of one batch run at the same time. */
export const batchWidth = 4;

/**
 * Runs `work` over all items, `width` at a time, in order; one failure does not stop the rest. Items for which `apart` gives
 * the same answer never run at the same time.
 */
export async function inBatches<A, B>(
  items: readonly A[],
  work: (item: A, index: number) => Promise<B>,
  width: number = batchWidth,
  apart?: (item: A) => string | undefined,
): Promise<B[]> {
  const results: B[] = [];
  const queues = new Map<string, { readonly index: number; readonly item: A }[]>();
  items.forEach((item, index) => {
    const key = apart?.(item) ?? `#${index}`;
    queues.set(key, [...(queues.get(key) ?? []), { index, item }]);
  });
  const waiting = [...queues.values()];
  const lane = async () => {
    for (let queue = waiting.shift(); queue; queue = waiting.shift()) {
      for (const { index, item } of queue) results[index] = await work(item, index);
    }
  };
  await Promise.all(Array.from({ length: Math.min(width, waiting.length) }, lane));
  return results;
}
