import type { PbsHost } from '../world/pbs/host.ts';

const gib = 2 ** 30;

/** How busy a backup server is at a time (seconds): a function of time and seed. */
export function hostFigures(host: PbsHost, seconds: number) {
  const { noise } = host.world;
  const busy = host.tasks.running().length > 0 && seconds >= host.world.clock.seconds - 60;
  const slow = noise.wave(`pbs-cpu/${host.name}`, seconds, 2400);
  const cpu = 0.01 + 0.05 * slow + (busy ? 0.35 : 0);
  const total = 16 * gib - 320 * 2 ** 20;
  const used = Math.round(
    total * (0.16 + 0.05 * noise.wave(`pbs-mem/${host.name}`, seconds, 7200)),
  );
  const rootTotal = 58 * gib;
  const rootUsed = 7 * gib;
  return {
    cpu,
    wait: 0.001 + 0.004 * slow + (busy ? 0.08 : 0),
    loadavg: [cpu * 4, cpu * 3.8 + 0.02, cpu * 3.5 + 0.04] as const,
    memory: { total, used, free: total - used },
    swap: { total: 8 * gib, used: 0, free: 8 * gib },
    root: { total: rootTotal, used: rootUsed, avail: rootTotal - rootUsed },
  };
}
