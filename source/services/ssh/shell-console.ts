import type { Failure } from '../../domain/failure.ts';
import { sanitise } from '../../domain/safe-text.ts';
import type { Link, OpenChannel } from './link.ts';
import type { ShellExit, SshConsole } from './types.ts';

/** A pty's channel as a console. It gives its place back when it ends. */
export function createShellConsole({ channel, release }: OpenChannel, link: Link): SshConsole {
  let exit: ShellExit | undefined;
  let closing = false;
  let reading = false;
  let ended: { readonly failure: Failure | undefined } | undefined;
  let onClose: ((failure: Failure | undefined) => void) | undefined;
  const letGo = link.hold();
  const finish = (failure: Failure | undefined) => {
    if (ended) return;
    ended = { failure };
    stopListening();
    release();
    letGo();
    onClose?.(failure);
  };
  channel.on('exit', (code: number | null, signal?: string) => {
    exit = code === null ? { signal: sanitise(signal ?? 'a signal') } : { code };
  });
  channel.on('error', () => undefined);
  // Nothing comes this way on a pty, but unread it would keep the channel open.
  channel.stderr.resume();
  channel.on('close', () => finish(exit || closing ? undefined : link.lost));
  const stopListening = link.onLost((failure) => finish(exit || closing ? undefined : failure));
  return {
    onData: (listener) => {
      reading = true;
      channel.on('data', (bytes: Buffer) => listener(bytes));
    },
    onClose: (listener) => {
      onClose = listener;
      if (ended) listener(ended.failure);
    },
    pause: () => {
      channel.pause();
    },
    resume: () => {
      if (reading) channel.resume();
    },
    write: (bytes) => {
      if (!ended && channel.writable) channel.write(bytes);
    },
    resize: (columns, rows) => {
      if (!ended && channel.writable) channel.setWindow(rows, columns, 0, 0);
    },
    close: () => {
      if (ended) return;
      closing = true;
      channel.close();
      // Whatever else it wanted to say is not read any more.
      channel.resume();
    },
    exit: () => exit,
  };
}
