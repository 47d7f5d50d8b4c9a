import type { NodeService } from '../domain/node.ts';
import type { PrivilegeNeed } from '../domain/permission.ts';
import { type SafeText, sanitise, say } from '../domain/safe-text.ts';
import { disabled, yes } from './guest-common.ts';
import type { Availability, Confirmation, ConfirmLevel } from './types.ts';

type Command = 'start' | 'stop' | 'restart' | 'reload';

/** Services the API refuses to stop, because nothing could answer any more (api.md section 4.1). */
const neverStopped = ['pveproxy', 'pvedaemon', 'pve-cluster'];
/** Services whose restart cuts every console of this node for a moment. */
const carriesUs = ['pveproxy', 'pvedaemon'];

export function servicePrivilege(service: NodeService): readonly PrivilegeNeed[] {
  return [{ path: `/nodes/${service.node}`, anyOf: ['Sys.Modify'] }];
}

export function serviceAvailable(command: Command): (service: NodeService) => Availability {
  return (service) => {
    if (service.unitState === 'not-found') return disabled(say`it is not installed`);
    if (service.unitState === 'masked') return disabled(say`it is masked`);
    const running = service.state === 'running';
    if (command === 'start' && running) return disabled(say`it runs already`);
    if ((command === 'stop' || command === 'reload') && !running) {
      return disabled(say`it is ${service.state}, not running`);
    }
    if (command === 'stop' && neverStopped.includes(service.service)) {
      return disabled(say`Proxmox refuses to stop it: the API needs it`);
    }
    return yes;
  };
}

export function askService(
  level: ConfirmLevel,
  question: SafeText,
  service: NodeService,
  command: Command,
): Confirmation {
  const target = say`Target: ${service.service} (${service.description}) on node ${service.node} · site ${sanitise(service.site)}`;
  const cut =
    command !== 'start' && carriesUs.includes(service.service)
      ? [say`This console loses its connection to the node for a moment.`]
      : [];
  return { level, question, lines: [target, ...cut] };
}
