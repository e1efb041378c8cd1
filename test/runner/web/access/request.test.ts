import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  AddressError,
  clientAddress,
  networkOf,
  parseAddresses,
} from '../../../../runner/web/access/request/addresses.ts';
import { crossSiteProblem } from '../../../../runner/web/access/request/cross_site.ts';
import { isKnownHost, isLoopback } from '../../../../runner/web/access/request/host.ts';

test('only local names with any port, and the names that are set, are answered', () => {
  for (const host of [
    'localhost',
    'LOCALHOST:80',
    '127.0.0.1:8484',
    '[::1]:9',
    '[::1]',
    'localhost.:1',
    'stock.example.com:443',
  ])
    assert.equal(isKnownHost(host, ['stock.example.com']), true, host);
  for (const host of [
    undefined,
    '',
    'evil.example',
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    '127.0.0.2',
    'localhost:x',
    'localhost@evil.example',
    '[::2]',
    'a b',
    'stock.example.com.evil:1',
  ])
    assert.equal(isKnownHost(host, ['stock.example.com']), false, String(host));
});

test('only an address of this machine alone is loopback', () => {
  for (const host of ['127.0.0.1', '127.8.0.1', '::1', 'localhost'])
    assert.equal(isLoopback(host), true, host);
  for (const host of [
    '0.0.0.0',
    '::',
    '10.0.0.1',
    '127.evil.example',
    '',
    'localhost.example',
    '::ffff:10.0.0.1',
  ])
    assert.equal(isLoopback(host), false, host);
});

const WRITE = {
  method: 'POST',
  host: 'stock:8484',
  origin: undefined,
  fetchSite: undefined,
  fetchMode: undefined,
  fetchDest: undefined,
  isAmbient: true,
};

test('a write is taken from its own page, from a program that says who it is, and from nowhere else', () => {
  const taken = [
    { fetchSite: 'same-origin' },
    { fetchSite: 'none' },
    { fetchSite: 'same-origin', origin: 'https://behind.a.proxy' },
    { origin: 'http://stock:8484' },
    { origin: 'https://public.example' },
    { isAmbient: false },
  ];
  const refused = [
    { fetchSite: 'cross-site' },
    { fetchSite: 'same-site' },
    { fetchSite: 'anything', origin: 'http://stock:8484' },
    { origin: 'http://stock' },
    { origin: 'http://stock:84840' },
    { origin: 'null' },
    { origin: 'https://public.example.evil' },
    { host: undefined, origin: 'http://stock:8484' },
    { isAmbient: true },
  ];
  for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'ANYTHING']) {
    for (const given of taken)
      assert.equal(
        crossSiteProblem({ ...WRITE, ...given, method }, 'https://public.example'),
        null,
        JSON.stringify(given),
      );
    for (const given of refused)
      assert.notEqual(
        crossSiteProblem({ ...WRITE, ...given, method }, 'https://public.example'),
        null,
        JSON.stringify(given),
      );
  }
});

test('a link from another site leads here; a frame, a script and a fetch of it get nothing', () => {
  const read = { ...WRITE, method: 'GET', fetchSite: 'cross-site' };
  assert.equal(crossSiteProblem({ ...read, fetchSite: undefined }, null), null);
  assert.equal(crossSiteProblem({ ...read, fetchMode: 'navigate', fetchDest: 'document' }, null), null);
  for (const [fetchMode, fetchDest] of [
    ['navigate', 'iframe'],
    ['no-cors', 'script'],
    ['cors', 'empty'],
    ['navigate', 'object'],
  ])
    assert.notEqual(crossSiteProblem({ ...read, fetchMode, fetchDest }, null), null, String(fetchDest));
});

test('addresses are read singly and as ranges, and an IPv4 peer on an IPv6 socket is the same address', () => {
  const proxies = parseAddresses('10.0.0.7, 192.168.8.0/22 fd00::/8');
  for (const address of ['10.0.0.7', '::ffff:10.0.0.7', '192.168.11.255', 'fd12::1', 'fd12::1%eth0'])
    assert.equal(proxies.has(address), true, address);
  for (const address of ['10.0.0.8', '192.168.12.0', 'fe80::1', '', 'proxy'])
    assert.equal(proxies.has(address), false, address);
  for (const text of ['proxy.example', '10.0.0.0/33', '10.0.0.0/', '0.0.0.0/0', '::/0', '10.0.0'])
    assert.throws(() => parseAddresses(text), AddressError, text);
});

test('the client is the last hop that is no known proxy; what a client writes itself is not believed', () => {
  const proxies = parseAddresses('10.0.0.0/8');
  assert.equal(clientAddress('203.0.113.5', '1.2.3.4', proxies), '203.0.113.5', 'no proxy in front');
  assert.equal(clientAddress('::ffff:10.0.0.1', '6.6.6.6, 203.0.113.5, 10.0.0.2', proxies), '203.0.113.5');
  assert.equal(clientAddress('10.0.0.1', undefined, proxies), '10.0.0.1');
  assert.equal(clientAddress('10.0.0.1', 'unknown', proxies), '10.0.0.1');
});

test('addresses of one IPv6 network count as one client', () => {
  assert.equal(networkOf('203.0.113.5'), '203.0.113.5');
  assert.equal(networkOf('2001:db8:1:2:aaaa::1'), '2001:db8:1:2::/64');
  assert.equal(networkOf('2001:db8:1:2:bbbb:cccc:dddd:eeee'), '2001:db8:1:2::/64');
  assert.equal(networkOf('2001:0DB8:0001:0002::9'), '2001:db8:1:2::/64');
  assert.equal(networkOf('::1'), '0:0:0:0::/64');
});
