import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';

/** A private folder (0700) that is gone when the test ends. */
export function tempDir(t: Pick<TestContext, 'after'>, name = 'test'): string {
  const folder = mkdtempSync(join(tmpdir(), `homelab-tui-${name}-`));
  t.after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }));
  return folder;
}
