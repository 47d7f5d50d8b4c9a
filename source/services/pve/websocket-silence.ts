import type { TLSSocket } from 'node:tls';
import type { WebSocket } from 'ws';

/** The time a peer has to answer is cut into so many looks. */
const looks = 4;
/** Looks without a word from an idle peer before it is pinged. */
const patience = 2;

/**
 * Pings a peer from which nothing comes, soon after something was sent to it and now and then anyway, and tells once when no
 * answer came for `silence` ms: a network that is gone says nothing, and the keep-alive of TCP is not asked while data wait.
 * Time is counted in looks, so that a machine that slept does not take its own sleep for silence. Answers how to stop.
 */
export function watchSilence(
  socket: WebSocket,
  secure: TLSSocket,
  silence: number,
  gone: () => void,
): () => void {
  let [read, written, waiting] = [secure.bytesRead, secure.bytesWritten, socket.bufferedAmount];
  let quiet = 0;
  /** Looks since the first ping that nobody answered. */
  let pinged: number | undefined;
  const hush = () => {
    quiet = 0;
    pinged = undefined;
  };
  const look = () => {
    const now = [secure.bytesRead, secure.bytesWritten, socket.bufferedAmount] as const;
    const heard = now[0] !== read;
    const asked = now[1] !== written || now[2] > 0;
    // What waits is being taken, so somebody is there to take it.
    const taken = now[2] < waiting;
    [read, written, waiting] = now;
    // While we read nothing ourselves, silence is our own.
    if (socket.isPaused || heard || taken) return hush();
    quiet += 1;
    if (pinged !== undefined) {
      pinged += 1;
      if (pinged < looks) return undefined;
      clearInterval(timer);
      return gone();
    }
    if (!asked && quiet < patience) return undefined;
    if (socket.readyState !== socket.OPEN) return undefined;
    pinged = 0;
    socket.ping();
    return undefined;
  };
  const timer = setInterval(look, silence / looks);
  timer.unref();
  return () => clearInterval(timer);
}
