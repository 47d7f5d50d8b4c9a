import assert from 'node:assert/strict';
import test from 'node:test';
import { resolvePaths } from '../../../source/config/paths.ts';

const base = { home: '/home/ann', cwd: '/srv/here' };

test('without anything set, the XDG defaults', () => {
  const paths = resolvePaths({ ...base, env: {} });
  assert.equal(paths.homelabFile, '/home/ann/.config/homelab-tui/homelab.yaml');
  assert.equal(paths.auditFile, '/home/ann/.local/state/homelab-tui/audit.jsonl');
  assert.equal(paths.lastStateFile, '/home/ann/.cache/homelab-tui/last-state.json');
});

test('XDG directories are used when absolute and ignored when not', () => {
  const env = { XDG_CONFIG_HOME: '/x/config', XDG_STATE_HOME: 'relative', XDG_CACHE_HOME: '' };
  const paths = resolvePaths({ ...base, env });
  assert.equal(paths.configDir, '/x/config/homelab-tui');
  assert.equal(paths.stateDir, '/home/ann/.local/state/homelab-tui');
  assert.equal(paths.cacheDir, '/home/ann/.cache/homelab-tui');
});

test('a named directory holds everything, and --config beats the variable', () => {
  const env = { HOMELAB_TUI_CONFIG_DIR: '/srv/lab', XDG_STATE_HOME: '/x' };
  const named = resolvePaths({ ...base, env });
  assert.equal(named.configDir, '/srv/lab');
  assert.equal(named.trustFile, '/srv/lab/state/trust.json');
  assert.equal(named.cacheDir, '/srv/lab/cache');
  const flag = resolvePaths({ ...base, env, config: 'other' });
  assert.equal(flag.configDir, '/srv/here/other');
  assert.equal(resolvePaths({ ...base, env, config: '~/lab' }).configDir, '/home/ann/lab');
});
