import { say } from '../domain/safe-text.ts';
import { taskOrDone } from './outcome.ts';
import { askService, serviceAvailable, servicePrivilege } from './service-common.ts';
import { defineAction } from './types.ts';

export const serviceReload = defineAction<'service'>({
  id: 'service.reload',
  scope: 'service',
  key: '',
  title: 'Reload',
  summary: 'Lets the service read its configuration again.',
  effect: 'change',
  needs: [],
  batch: true,
  fields: [],
  privileges: servicePrivilege,
  available: serviceAvailable('reload'),
  confirm: (service) =>
    askService(1, say`Reload service ${service.service} on ${service.node}?`, service, 'reload'),
  taskTypes: ['srvreload'],
  touches: ['services', 'tasks'],
  run: async (service, _values, context) =>
    taskOrDone(
      await context.site.nodes.serviceCommand(service.node, service.service, 'reload', {
        signal: context.signal,
      }),
    ),
});
