import type { Secret } from './secret.ts';

/** remote-viewer settings as spiceproxy answers them, the password apart from the rest. */
export interface ViewerSettings {
  readonly values: Readonly<Record<string, string>>;
  readonly password: Secret;
}

/** Keys as remote-viewer has them; a key of any other shape could start a line or a group of its own. */
const KEY = /^[a-z][a-z0-9-]*$/i;
const NEWLINE = /\r\n?|\n/g;
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g;

/**
 * The text of a remote-viewer file (`.vv`): `[virt-viewer]`, then one `key=value` a line. `overrides` win over the server's
 * values; a value can never become a second line. The one place where the SPICE password is written out: hand the text to
 * the viewer's standard input or to a stdout the user asked for, and keep it nowhere.
 */
export function renderVv(
  settings: ViewerSettings,
  overrides: Readonly<Record<string, string>>,
): string {
  const entries = Object.entries({ ...settings.values, ...overrides }).filter(
    ([key]) => KEY.test(key) && key !== 'password',
  );
  const lines = entries.map(([key, value]) => `${key}=${clean(key, value)}`);
  lines.push(`password=${clean('password', settings.password.reveal())}`);
  return `[virt-viewer]\n${lines.join('\n')}\n`;
}

/** The certificate keeps its line breaks as backslash-n, the way PVE sends them; elsewhere a backslash means itself. */
function clean(key: string, value: string): string {
  const written = key === 'ca' ? value.replace(NEWLINE, '\\n') : value.replaceAll('\\', '\\\\');
  return written.replace(CONTROL, ' ');
}
