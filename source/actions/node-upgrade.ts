import { say } from '../domain/safe-text.ts';
import { detachField, recordField, runTextConsole } from './console-common.ts';
import { disabled, yes } from './guest-common.ts';
import { askNode, nodePrivilege } from './node-common.ts';
import { defineAction } from './types.ts';

export const nodeUpgrade = defineAction<'node'>({
  id: 'node.upgrade',
  scope: 'node',
  key: '',
  title: 'Upgrade packages',
  summary: "Runs the node's package upgrade in a console in this terminal, through the API.",
  effect: 'change',
  needs: [],
  batch: false,
  fields: [recordField, detachField],
  privileges: nodePrivilege('Sys.Console'),
  available: (node, facts) => {
    if (node.status !== 'online') return disabled(say`node ${node.node} does not answer`);
    const who = facts.site.connection.identity;
    return who === undefined || who === 'root@pam'
      ? yes
      : disabled(
          say`Proxmox lets only root@pam do it, with a password and not with a token; this is ${who}`,
        );
  },
  confirm: (node, _values, facts) =>
    askNode(2, say`Upgrade the packages of node ${node.node}?`, node, [
      say`It runs apt's dist-upgrade there; apt lists what it would do and asks before it does it.`,
      say`Services of the node restart on the way; guests go on, and a new kernel waits for a reboot.`,
      say`Leaving the console ends what runs in it: stay until apt is done.`,
      ...(facts.site.cluster.data?.quorate === false
        ? [say`The cluster has no quorum: packages that touch it may fail.`]
        : []),
    ]),
  taskTypes: [],
  touches: ['detail', 'services', 'tasks'],
  run: (node, values, context) =>
    runTextConsole(context, {
      label: say`the upgrade of node ${node.node}`,
      kind: 'console',
      values,
      open: (signal) =>
        context.site.consoles.text({ node: node.node, command: 'upgrade' }, { signal }),
    }),
});
