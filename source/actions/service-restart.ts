import { say } from '../domain/safe-text.ts';
import { taskOrDone } from './outcome.ts';
import { askService, serviceAvailable, servicePrivilege } from './service-common.ts';
import { defineAction } from './types.ts';

export const serviceRestart = defineAction<'service'>({
  id: 'service.restart',
  scope: 'service',
  key: 'R',
  title: 'Restart',
  summary: 'Stops and starts the service.',
  effect: 'disrupt',
  needs: [],
  batch: true,
  fields: [],
  privileges: servicePrivilege,
  available: serviceAvailable('restart'),
  confirm: (service) =>
    askService(2, say`Restart service ${service.service} on ${service.node}?`, service, 'restart'),
  taskTypes: ['srvrestart'],
  touches: ['services', 'tasks'],
  run: async (service, _values, context) =>
    taskOrDone(
      await context.site.nodes.serviceCommand(service.node, service.service, 'restart', {
        signal: context.signal,
      }),
    ),
});
