/** From which share of full a storage, disk or memory is worth a look, and from which it is bad. */
export const fullness = { warn: 0.85, bad: 0.95 } as const;

/** A certificate with fewer days left is worth a look. */
export const certificateDays = 14;

/** A failed task is told of for this long, in ms. */
export const failedTaskFor = 86_400_000;
