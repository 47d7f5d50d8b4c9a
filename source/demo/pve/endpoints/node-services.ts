import { serviceNames } from '../../world/hardware.ts';
import type { NodeState, ServiceState } from '../../world/model.ts';
import { TaskFailure, type TaskScript } from '../../world/tasks.ts';
import type { World } from '../../world/world.ts';
import type { Call, Endpoint } from '../endpoint.ts';
import { nodeParameter, text } from '../parameter-kinds.ts';

type Command = 'start' | 'stop' | 'restart' | 'reload';

const essential = new Set(['pveproxy', 'pvedaemon', 'pve-cluster']);
const serviceParameters = { ...nodeParameter, service: text({ enum: serviceNames }) };

function row(service: ServiceState): Record<string, string> {
  return {
    service: service.service,
    name: service.service,
    desc: service.desc,
    state: service.state,
    'active-state': service.activeState,
    'unit-state': service.unitState,
  };
}

function find(node: NodeState, name: string): ServiceState {
  const service = node.services.find((one) => one.service === name);
  if (!service) throw new Error(`the demo homelab has no service ${name}`);
  return service;
}

function set(world: World, service: ServiceState, state: string, activeState: string): void {
  service.state = state;
  service.activeState = activeState;
  world.revision += 1;
}

function* commandScript(world: World, node: NodeState, name: string, command: Command): TaskScript {
  const service = find(node, name);
  if (command === 'stop' && essential.has(name)) {
    throw new TaskFailure(
      `invalid service cmd '${name} stop': refusing to stop essential service!`,
    );
  }
  if (service.unitState === 'not-found') {
    throw new TaskFailure(`command 'systemctl ${command} ${name}' failed: exit code 5`);
  }
  if (command === 'reload' && service.activeState !== 'active') {
    throw new TaskFailure(`command 'systemctl reload ${name}' failed: exit code 1`);
  }
  const journal = world.journals.get(node.node);
  const write = (line: string) => journal?.add(world.clock.now, 'systemd', 1, line);
  if (command === 'stop' || command === 'restart') {
    write(`Stopping ${name}.service - ${service.desc}...`);
    yield 1;
    set(world, service, 'dead', 'inactive');
    write(`Stopped ${name}.service - ${service.desc}.`);
  }
  if (command === 'start' || command === 'restart') {
    write(`Starting ${name}.service - ${service.desc}...`);
    yield 1;
    set(world, service, name === 'postfix' ? 'exited' : 'running', 'active');
    write(`Started ${name}.service - ${service.desc}.`);
  }
  if (command === 'reload') {
    yield 1;
    write(`Reloaded ${name}.service - ${service.desc}.`);
  }
}

function commandEndpoint(command: Command): Endpoint {
  return {
    method: 'POST',
    path: `/nodes/{node}/services/{service}/${command}`,
    permission: { path: '/nodes/{node}', privileges: ['Sys.Modify'] },
    proxyto: 'node',
    parameters: serviceParameters,
    handler: (call: Call) => {
      const { world, node } = call;
      const name = call.required('service');
      return world.tasks.start({ node, type: `srv${command}`, id: name, auth: call.who }, () =>
        commandScript(world, world.node(node), name, command),
      );
    },
  };
}

const audit = { path: '/nodes/{node}', privileges: ['Sys.Audit'] };

export const serviceEndpoints: readonly Endpoint[] = [
  {
    method: 'GET',
    path: '/nodes/{node}/services',
    permission: audit,
    proxyto: 'node',
    parameters: nodeParameter,
    handler: (call) => call.world.node(call.node).services.map(row),
  },
  {
    method: 'GET',
    path: '/nodes/{node}/services/{service}/state',
    permission: audit,
    proxyto: 'node',
    parameters: serviceParameters,
    handler: (call) => row(find(call.world.node(call.node), call.required('service'))),
  },
  ...(['start', 'stop', 'restart', 'reload'] as const).map(commandEndpoint),
];
