import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { EventRefused, lineageTarget, sendLineage } from '../../../../runner/connections/lineage/target.ts';
import { answering, startHttpReceiver } from '../../../support/http_receiver.ts';

const signal = new AbortController().signal;

test('the receiver is set by an http URL without secrets, at the usual path unless it has its own', () => {
  assert.equal(lineageTarget({}), null);
  const target = lineageTarget({ STOCKFLOW_OPENLINEAGE_URL: 'http://marquez:5000' });
  assert.equal(target?.url.href, 'http://marquez:5000/api/v1/lineage');
  assert.equal(target?.namespace, 'stockflow');
  const own = lineageTarget({
    STOCKFLOW_OPENLINEAGE_URL: 'https://lineage.example.com/in',
    STOCKFLOW_OPENLINEAGE_NAMESPACE: 'shop',
  });
  assert.equal(own?.url.href, 'https://lineage.example.com/in');
  assert.equal(own?.namespace, 'shop');
  for (const url of [
    'marquez:5000',
    'ftp://marquez',
    'http://me:canary@marquez',
    'http://marquez/?key=canary',
  ]) {
    assert.throws(
      () => lineageTarget({ STOCKFLOW_OPENLINEAGE_URL: url }),
      (error: Error) =>
        error.message.startsWith('STOCKFLOW_OPENLINEAGE_URL: ') && !error.message.includes('canary'),
    );
  }
});

test('the key is in the header of a request to the receiver alone: not in an error, and not sent where it redirects to', async (t) => {
  const receiver = await startHttpReceiver(t);
  const stranger = await startHttpReceiver(t);
  const folder = await mkdtemp(path.join(tmpdir(), 'stockflow-lineage-'));
  t.after(() => rm(folder, { recursive: true }));
  const keyFile = path.join(folder, 'key');
  await writeFile(keyFile, 'canary\n');
  const target = lineageTarget({
    STOCKFLOW_OPENLINEAGE_URL: receiver.url,
    STOCKFLOW_OPENLINEAGE_API_KEY_FILE: keyFile,
  });
  assert.ok(target !== null);
  const send = () => sendLineage(target, { eventType: 'START' }, signal);
  const errorOf = async () =>
    await send().then(
      () => null,
      (error: Error) => error,
    );

  await send();
  assert.equal(receiver.received[0]?.headers.authorization, 'Bearer canary');
  receiver.answer(answering(500, { body: 'who is canary?' }));
  assert.equal((await errorOf())?.message, `${receiver.url} answered 500: who is [secret]?`);
  receiver.answer(answering(422));
  assert.ok((await errorOf()) instanceof EventRefused);
  receiver.answer(answering(307, { headers: { location: stranger.url } }));
  const redirected = await errorOf();
  assert.ok(redirected !== null && !(redirected instanceof EventRefused));
  assert.deepEqual(stranger.received, []);
  await writeFile(keyFile, 'canary and\na second');
  assert.equal(
    (await errorOf())?.message,
    'the file of STOCKFLOW_OPENLINEAGE_API_KEY_FILE does not hold one key alone',
  );
  await rm(keyFile);
  assert.equal(
    (await errorOf())?.message,
    'the file of STOCKFLOW_OPENLINEAGE_API_KEY_FILE cannot be read (ENOENT)',
  );
  await writeFile(keyFile, 'second');
  receiver.answer(answering(200));
  await send();
  assert.equal(
    receiver.received.at(-1)?.headers.authorization,
    'Bearer second',
    'a new key needs no restart',
  );
});
