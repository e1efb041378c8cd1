import assert from 'node:assert/strict';
import { test } from 'node:test';
import { servedBody } from '../../../../runner/web/access/stream.ts';
import { eventStream } from '../../../../runner/web/live/event_stream.ts';

/** Sends `first`, and then waits until the stream has ended. */
async function* oneAndWait(gone: AbortController): AsyncGenerator<string> {
  yield 'first';
  await new Promise((resolve) => gone.signal.addEventListener('abort', resolve, { once: true }));
}

test('a browser that leaves while an event is waited for ends the stream without an error', async () => {
  const gone = new AbortController();
  const errors: unknown[] = [];
  const unhandled: unknown[] = [];
  const note = (error: unknown) => void unhandled.push(error);
  process.on('unhandledRejection', note);
  const reader = eventStream(oneAndWait(gone), gone, (error) => errors.push(error)).getReader();
  assert.equal(new TextDecoder().decode((await reader.read()).value), 'first');
  const second = reader.read();
  await reader.cancel();
  assert.deepEqual(await second, { done: true, value: undefined });
  assert.equal(gone.signal.aborted, true);
  await new Promise((resolve) => setImmediate(resolve));
  process.off('unhandledRejection', note);
  assert.deepEqual([errors, unhandled], [[], []]);
});

test('an event that cannot be made ends the stream with its error told once', async () => {
  const gone = new AbortController();
  const errors: unknown[] = [];
  const reader = eventStream(
    (async function* (): AsyncGenerator<string> {
      yield 'first';
      throw new Error('no such run');
    })(),
    gone,
    (error) => errors.push(error),
  ).getReader();
  await reader.read();
  assert.equal((await reader.read()).done, true);
  assert.deepEqual(errors.map(String), ['Error: no such run']);
  assert.equal(gone.signal.aborted, true);
});

test('a reader who leaves while a part of a body is waited for causes no error', async () => {
  const gone = new AbortController();
  const errors: unknown[] = [];
  const source = eventStream(oneAndWait(gone), gone, (error) => errors.push(error));
  const reader = servedBody(source, { signal: null, onError: (error) => errors.push(error) }).getReader();
  await reader.read();
  const second = reader.read();
  await new Promise((resolve) => setImmediate(resolve));
  await reader.cancel();
  assert.deepEqual(await second, { done: true, value: undefined });
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(errors, []);
});
