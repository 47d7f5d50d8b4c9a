/** A guest whose desktop somebody wants to see. */
export interface SpiceGuest {
  readonly vmid: number;
  readonly node: string;
  readonly title: string;
}

/** Where the guest's SPICE server can be reached through the proxy; `host` is the name the proxy is asked to CONNECT to. */
export interface SpiceSession {
  readonly tlsPort: number;
  readonly password: string;
  readonly host: string;
}

/** Real SPICE servers for the demo's guests and the CONNECT proxy before them. */
export interface SpiceBackend {
  /** `http://127.0.0.1:PORT` */
  readonly proxyUrl: string;
  /** The CA of the sessions' certificates, PEM with real newlines. */
  readonly ca: string;
  /** `OU=PVE Cluster Node,O=Proxmox Virtual Environment,CN=…` */
  readonly hostSubject: string;
  open(guest: SpiceGuest): Promise<SpiceSession | { readonly problem: string }>;
  close(): Promise<void>;
}

export type SpiceBackendFactory = () => Promise<SpiceBackend>;
