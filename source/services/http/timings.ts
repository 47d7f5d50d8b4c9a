/** All waits of the transport, in ms. */
export interface Timings {
  /** A connection, TLS included: short enough that a second endpoint is in use within 6 s. */
  readonly connect: number;
  /** A whole GET and a whole write, from the call to the last byte. */
  readonly read: number;
  readonly write: number;
  /** How long an endpoint is left alone after three failures. */
  readonly pause: number;
  /** Idle connections are closed by us before the server does it: pveproxy closes them after 5 s. */
  readonly idle: number;
  /** The shortest wait before a GET is sent again; jitter adds up to twice as much. */
  readonly retry: number;
  /** How long an open websocket may leave a ping unanswered before it counts as cut. */
  readonly silence: number;
}

export const defaultTimings: Timings = {
  connect: 3_000,
  read: 8_000,
  write: 30_000,
  pause: 30_000,
  idle: 4_000,
  retry: 150,
  silence: 10_000,
};

/** Largest answer that is read, after decompression. */
export const answerLimit: number = 16 * 1024 * 1024;
/** Requests in flight to one endpoint; a Proxmox host answers with three single-threaded workers. */
export const inFlightLimit: number = 4;
