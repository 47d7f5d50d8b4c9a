import type { GuestInterface } from '../domain/guest-detail.ts';

/** Interfaces that a guest has for its own use: bridges of container engines, tunnels, the loopback. */
const inner =
  /^(?:lo$|docker|br-|veth|virbr|cni|flannel|cali|podman|lxc|tap|fwbr|zt|tailscale|wg|tun)/i;

const isIpv4 = (address: string) => /^\d+\.\d+\.\d+\.\d+$/.test(address);
/** Loopback, link-local and "none": nobody else can reach a guest there. */
const isLocal = (address: string) => /^(?:127\.|0\.|169\.254\.|::1$|::$|fe80:)/i.test(address);

/** The address by which this machine most likely reaches a guest: IPv4 before IPv6, its real NICs before inner ones. */
export function reachableAddress(interfaces: readonly GuestInterface[]): string | undefined {
  const all = interfaces.flatMap(({ name, addresses }) =>
    addresses.map((text) => ({ own: !inner.test(name), address: text.replace(/\/\d+$/, '') })),
  );
  const usable = all.filter(({ address }) => !isLocal(address));
  const best =
    usable.find(({ own, address }) => own && isIpv4(address)) ??
    usable.find(({ own }) => own) ??
    usable[0];
  return best?.address;
}
