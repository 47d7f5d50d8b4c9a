/** Deadline of a call for which the server walks through folders (ms). */
export const walkWait: number = 20_000;
/** Deadline of a list of snapshots (ms): thousands of manifests, each read from the disk. */
export const manifestsWait: number = 90_000;
