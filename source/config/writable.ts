import { mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileErrorWords } from './private-file.ts';

/**
 * Why no file can be made in this folder, in words; undefined when one can. Makes the folder (0700) when it is missing, and a
 * file that is gone at once: permissions alone do not tell of a read-only file system.
 */
export async function whyNotWritable(folder: string): Promise<string | undefined> {
  const probe = join(folder, `.write-test.${process.pid}.${process.hrtime.bigint()}`);
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const file = await open(probe, 'wx', 0o600);
    await file.close();
    await rm(probe, { force: true });
    return undefined;
  } catch (error) {
    return fileErrorWords(error);
  }
}
