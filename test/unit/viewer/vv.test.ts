import assert from 'node:assert/strict';
import test from 'node:test';
import { Secret } from '../../../source/domain/secret.ts';
import { renderVv } from '../../../source/domain/vv.ts';

const settings = {
  values: {
    type: 'spice',
    host: 'pvespiceproxy:6920:101:pve1::abc',
    'tls-port': '61000',
    'host-subject': 'OU=PVE Cluster Node,O=Proxmox Virtual Environment,CN=pve1.homelab',
    ca: '-----BEGIN CERTIFICATE-----\\nMIIB\\n-----END CERTIFICATE-----\\n',
    proxy: 'http://pve1:3128',
    title: 'VM 101 - win11',
    'secure-attention': 'Ctrl+Alt+Ins',
  },
  password: new Secret('f00dcafe'),
};

test('one key a line below the group, the proxy replaced, the password last', () => {
  assert.equal(
    renderVv(settings, { proxy: 'http://192.168.1.10:3128' }),
    [
      '[virt-viewer]',
      'type=spice',
      'host=pvespiceproxy:6920:101:pve1::abc',
      'tls-port=61000',
      'host-subject=OU=PVE Cluster Node,O=Proxmox Virtual Environment,CN=pve1.homelab',
      'ca=-----BEGIN CERTIFICATE-----\\nMIIB\\n-----END CERTIFICATE-----\\n',
      'proxy=http://192.168.1.10:3128',
      'title=VM 101 - win11',
      'secure-attention=Ctrl+Alt+Ins',
      'password=f00dcafe',
      '',
    ].join('\n'),
  );
});

test('a value with a line break stays one line', () => {
  const title = 'web\npassword=stolen\r\n[other]\rx\u2028y\u0085z';
  const text = renderVv({ ...settings, values: { title } }, {});
  assert.equal(text, '[virt-viewer]\ntitle=web password=stolen [other] x y z\npassword=f00dcafe\n');
});

test('real line breaks of a certificate become backslash-n, other backslashes mean themselves', () => {
  const values = { ca: '-----BEGIN-----\r\nMII\n-----END-----\n', title: 'a\\nb' };
  const text = renderVv({ ...settings, values }, {});
  assert.match(text, /^ca=-----BEGIN-----\\nMII\\n-----END-----\\n$/m);
  assert.match(text, /^title=a\\\\nb$/m);
});

test('a key that could forge a line, a group or the password is left out', () => {
  const values = { 'a\nb': '1', '[ovirt]': '2', 'c=d': '3', password: 'forged', type: 'spice' };
  assert.equal(
    renderVv({ ...settings, values }, { password: 'forged too' }),
    '[virt-viewer]\ntype=spice\npassword=f00dcafe\n',
  );
});
