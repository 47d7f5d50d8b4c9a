import { say } from '../domain/safe-text.ts';
import { taskOrDone } from './outcome.ts';
import { askService, serviceAvailable, servicePrivilege } from './service-common.ts';
import { defineAction } from './types.ts';

export const serviceStop = defineAction<'service'>({
  id: 'service.stop',
  scope: 'service',
  key: 'x',
  title: 'Stop',
  summary: 'Stops the service; what it provides is gone until it is started.',
  effect: 'disrupt',
  needs: [],
  batch: true,
  fields: [],
  privileges: servicePrivilege,
  available: serviceAvailable('stop'),
  confirm: (service) =>
    askService(2, say`Stop service ${service.service} on ${service.node}?`, service, 'stop'),
  taskTypes: ['srvstop'],
  touches: ['services', 'tasks'],
  run: async (service, _values, context) =>
    taskOrDone(
      await context.site.nodes.serviceCommand(service.node, service.service, 'stop', {
        signal: context.signal,
      }),
    ),
});
