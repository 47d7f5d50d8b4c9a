import assert from 'node:assert/strict';
import test from 'node:test';
import { hardwareFacts } from '../../../source/actions/hardware-facts.ts';
import type { FactNeed } from '../../../source/actions/types.ts';
import { fail, ok } from '../../../source/domain/result.ts';
import { fakeSite, guest, type SiteParts, safe } from './fakes.ts';

const signal = new AbortController().signal;
const read = (parts: SiteParts, ...needs: FactNeed[]) =>
  hardwareFacts(new Set(needs), guest(), fakeSite(parts), signal);
const denied = async () => fail({ kind: 'denied', what: safe('Not permitted') });

test('nothing is asked for an action that needs none of it', async () => {
  assert.equal(await read({}, 'config', 'choices'), undefined);
});

test('PCI devices come with what they can be divided into, mappings of the node too', async () => {
  const asked: string[] = [];
  const found = await read(
    {
      nodes: {
        pci: async () =>
          ok([{ id: safe('0000:00:02.0'), mdev: true }, { id: safe('0000:01:00.0') }]),
        mdev: async (_node, id) => {
          asked.push(id);
          return id === 'igpu' ? fail({ kind: 'timeout', what: safe('late') }) : ok([]);
        },
      },
      cluster: {
        mappings: async () =>
          ok([
            { kind: 'pci', id: safe('igpu'), nodes: [safe('pve1')], mdev: true },
            { kind: 'pci', id: safe('far'), nodes: [safe('pve2')], mdev: true },
            { kind: 'pci', id: safe('gpu'), nodes: [safe('pve1')] },
          ]),
      },
    },
    'pci',
  );
  assert.deepEqual(asked, ['0000:00:02.0', 'igpu']);
  assert.deepEqual(found?.hardware?.mdev, { '0000:00:02.0': [] }, 'what is late is absent');
  assert.equal(found?.hardware?.pci?.length, 2);
  assert.equal(found?.choices?.mappings?.length, 3);
  assert.equal(found?.hardware?.usb, undefined);
});

test('what may not be read is absent, and the rest is there', async () => {
  const found = await read(
    { nodes: { usb: denied }, cluster: { mappings: async () => ok([]) } },
    'usb',
  );
  assert.deepEqual(found, { hardware: { mdev: {} }, choices: { mappings: [] } });
  const directories = await read({ cluster: { directories: denied } }, 'directories');
  assert.deepEqual(directories, { hardware: { mdev: {} } });
});
