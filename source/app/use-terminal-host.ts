import { useApp } from 'ink';
import { useEffect } from 'react';
import type { AppTerminalHost } from './terminal-host.ts';

/** Lets the mounted frame step aside for consoles and editors. */
export function useTerminalHost(host: AppTerminalHost): void {
  const { suspendTerminal } = useApp();
  useEffect(
    () =>
      host.attach(async (callback) => {
        await suspendTerminal(callback);
      }),
    [host, suspendTerminal],
  );
}
