/** At most this many actions of one batch run at the same time. */
export const batchWidth = 4;

/** Runs `work` over all items, `width` at a time, in order; one failure does not stop the rest. */
export async function inBatches<A, B>(
  items: readonly A[],
  work: (item: A, index: number) => Promise<B>,
  width: number = batchWidth,
): Promise<B[]> {
  const results: B[] = [];
  let next = 0;
  const lane = async () => {
    while (next < items.length) {
      const index = next;
      next += 1;
      results[index] = await work(items[index] as A, index);
    }
  };
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, lane));
  return results;
}
