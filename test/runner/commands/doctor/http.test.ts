import assert from 'node:assert/strict';
import { test } from 'node:test';
import { channelUse } from '../../../../runner/commands/doctor/channels.ts';
import { checkConnection, connectionIds } from '../../../../runner/commands/doctor/connections.ts';
import type { OutsideUse } from '../../../../runner/core/dag/outside_use.ts';
import { testLog } from '../../../support/engine/engine.ts';
import { startHttpReceiver } from '../../../support/http_receiver.ts';

const use: OutsideUse = { connections: new Map([['api', ['nightly.tell']]]), folders: [] };

test('the server of http tasks is asked for its head, with the log-in, and its refusal has a fix', async (t) => {
  const api = await startHttpReceiver(t);
  const env = { STOCKFLOW_CONN_API: `${api.url}/v2?bearer=canary` };
  const { signal } = new AbortController();
  const check = async () => (await checkConnection({ env, signal }, 'api', { use, log: testLog }))[0];
  const found = await check();
  assert.equal(found?.verdict, 'ok');
  assert.match(found?.found ?? '', new RegExp(`^${api.url}/v2: answered 200 to HEAD / in `));
  assert.equal(api.received[0]?.path, '/v2/');
  assert.equal(api.received[0]?.headers.authorization, 'Bearer canary');
  api.answer((response) => response.writeHead(401).end());
  const refused = await check();
  assert.deepEqual(
    [refused?.verdict, refused?.found, refused?.fix],
    [
      'problem',
      `${api.url}/v2 refused the log-in: it answered 401 to HEAD /`,
      'check the secret of STOCKFLOW_CONN_API, or whether this user may ask for /',
    ],
  );
});

test('an https:// address is a connection where a task uses it, and a channel otherwise', () => {
  const env = {
    STOCKFLOW_CONN_API: 'https://api.example.com',
    STOCKFLOW_CONN_HOOK: 'https://hook.example.com/x',
  };
  assert.deepEqual(connectionIds(env, use), ['api']);
  const channels = channelUse(env, [], { alertsTo: [], addresses: new Set(use.connections.keys()) });
  assert.deepEqual([...channels.keys()], ['hook']);
});
