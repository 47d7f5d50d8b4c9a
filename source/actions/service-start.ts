import { say } from '../domain/safe-text.ts';
import { taskOrDone } from './outcome.ts';
import { askService, serviceAvailable, servicePrivilege } from './service-common.ts';
import { defineAction } from './types.ts';

export const serviceStart = defineAction<'service'>({
  id: 'service.start',
  scope: 'service',
  key: 's',
  title: 'Start',
  summary: 'Starts the service.',
  effect: 'change',
  needs: [],
  batch: true,
  fields: [],
  privileges: servicePrivilege,
  available: serviceAvailable('start'),
  confirm: (service) =>
    askService(1, say`Start service ${service.service} on ${service.node}?`, service, 'start'),
  taskTypes: ['srvstart'],
  touches: ['services', 'tasks'],
  run: async (service, _values, context) =>
    taskOrDone(
      await context.site.nodes.serviceCommand(service.node, service.service, 'start', {
        signal: context.signal,
      }),
    ),
});
