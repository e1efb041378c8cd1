import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { testNight } from '../../support/night/night.ts';
import { assertFailedOnce, assertRefused } from '../../support/night/refusal.ts';

/** Each case starts a worker with an environment of its own. */
const night = await testNight({ after });
const OTHER_KEY = `SHA256:${'A'.repeat(43)}`;

test('a server with another host key than the pinned one is a hard stop that names both fingerprints', async () => {
  await using _worker = await night.startWorker({
    STOCKFLOW_CONN_RETAILPRO: night.site.url({ hostKey: OTHER_KEY }),
  });
  const { states } = await assertRefused(night, {
    taskId: 'wait_for_reset_file',
    says: [
      new RegExp(`pinned ${OTHER_KEY}; shown ${RegExp.escape(night.site.fingerprint)}`),
      /STOCKFLOW_CONN_RETAILPRO/,
    ],
  });
  assert.equal(states.export_active_products, 'success');
});

test('a server whose key is not pinned at all is refused, with the fingerprint that it shows', async () => {
  const unpinned = night.site.url().replace(/host_key=[^&]*&/, '');
  await using _worker = await night.startWorker({ STOCKFLOW_CONN_RETAILPRO: unpinned });
  await assertRefused(night, {
    taskId: 'wait_for_reset_file',
    says: [
      new RegExp(
        `STOCKFLOW_CONN_RETAILPRO pins no host key; .* shows ${RegExp.escape(night.site.fingerprint)}`,
      ),
    ],
  });
});

test('a login that the server refuses is not tried again', async () => {
  const stranger = night.site.url().replace(/^sftp:\/\/[^@]*@/, 'sftp://stranger@');
  await using _worker = await night.startWorker({ STOCKFLOW_CONN_RETAILPRO: stranger });
  await assertRefused(night, { taskId: 'wait_for_reset_file', says: [/stranger@.* refused the login/] });
});

test('without STOCKFLOW_CONN_RETAILPRO the night fails at once and names it', async () => {
  await using _worker = await night.startWorker({ STOCKFLOW_CONN_RETAILPRO: undefined });
  await assertRefused(night, {
    taskId: 'wait_for_reset_file',
    says: [/connection "retailpro": STOCKFLOW_CONN_RETAILPRO is not set/],
  });
});

test('without STOCKFLOW_CONN_OMS both tasks that need it fail at once and name it', async () => {
  await using _worker = await night.startWorker({ STOCKFLOW_CONN_OMS: undefined });
  const says = [/connection "oms": STOCKFLOW_CONN_OMS is not set/];
  const ended = await assertRefused(night, { taskId: 'export_active_products', says });
  assertFailedOnce(ended, 'wait_for_reset_file', says);
});
