import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLog } from '../../../../runner/log.ts';
import type { LiveTopic } from '../../../../runner/store/live/topic.ts';
import type { FeedPace } from '../../../../runner/web/live/change_feed.ts';
import { LiveHub, type LiveHubOptions, NoLiveConnection } from '../../../../runner/web/live/hub.ts';
import { until } from '../../../support/until.ts';

const log = createLog({ format: 'pretty', level: 'error', silent: true });
/** It looks when it is told to, and as soon as it is. */
const WHEN_TOLD: FeedPace = { lookEveryMs: 60_000, atMostEveryMs: 0, lingerMs: 0 };

/** A database of versions of topics, which a test changes. */
function fakeDatabase() {
  const versions = new Map<LiveTopic, string>();
  let hint = () => {};
  let failure: Error | null = null;
  const looks: (readonly LiveTopic[])[] = [];
  let sessions = 0;
  return {
    looks,
    sessions: () => sessions,
    change(topic: LiveTopic, version: string) {
      versions.set(topic, version);
      hint();
    },
    /** Breaks the session; others can be opened once it is given null. */
    fail(error: Error | null) {
      failure = error;
      hint();
    },
    openSession: async (onHint: () => void) => {
      if (failure !== null) throw failure;
      hint = onHint;
      sessions += 1;
      return {
        versions: async (topics: ReadonlySet<LiveTopic>) => {
          if (failure !== null) throw failure;
          looks.push([...topics]);
          return new Map(Array.from(topics, (topic) => [topic, versions.get(topic) ?? '']));
        },
        [Symbol.asyncDispose]: async () => {},
      };
    },
  };
}

function hubOn(database: ReturnType<typeof fakeDatabase>, options: Partial<LiveHubOptions> = {}) {
  return new LiveHub({ openSession: database.openSession, log, pace: WHEN_TOLD, ...options });
}

/** Reads a stream to its end, or until it is cancelled. */
function reading(stream: ReadableStream<Uint8Array>) {
  const reader = stream.getReader();
  const decoder = new TextDecoder();
  let text = '';
  const ended = (async () => {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      text += decoder.decode(value);
    }
  })();
  return {
    ended,
    data: () => [...text.matchAll(/^id: \d+\ndata: (.*)$/gm)].map(([, data]) => data),
    events: () => [...text.matchAll(/^event: (?!beat)(.*)$/gm)].map(([, event]) => event),
    cancel: () => reader.cancel(),
    contains: (part: string) => until(part, async () => (text.includes(part) ? part : null)),
  };
}

test('a page is rendered once for all who have it open, and only when one of its topics has changed', async () => {
  const database = fakeDatabase();
  await using hub = hubOn(database);
  let renders = 0;
  let state = 'running';
  const open = async () =>
    reading(
      await hub.followPage('viewer /runs/12', async () => {
        renders += 1;
        return { topics: ['run:12'], html: `run 12 ${state}` };
      }),
    );
  const readers = await Promise.all(Array.from({ length: 50 }, open));
  await Promise.all(readers.map((reader) => reader.contains('run 12 running')));
  // The second rendering follows the first look: what changed between the two would be lost otherwise.
  await until('the second rendering', async () => (renders === 2 ? true : null));

  database.change('run:13', 'failed');
  state = 'success';
  database.change('run:12', 'success');
  await Promise.all(readers.map((reader) => reader.contains('run 12 success')));
  assert.equal(renders, 3);
  for (const reader of readers) assert.deepEqual(reader.data(), ['run 12 running', 'run 12 success']);
  assert.deepEqual(hub.counts(), { connections: 50, sources: 1, isListening: true });
  assert.equal(database.sessions(), 1);
});

test('changes that come while a page is rendered are shown by one rendering more', async () => {
  const database = fakeDatabase();
  await using hub = hubOn(database);
  let value = 0;
  let renders = 0;
  let gate = Promise.withResolvers<void>();
  gate.resolve();
  const reader = reading(
    await hub.followPage('slow', async () => {
      renders += 1;
      const read = value;
      await gate.promise;
      return { topics: ['home'], html: `value ${read}` };
    }),
  );
  await until('the renderings of the start', async () => (renders === 2 ? true : null));
  gate = Promise.withResolvers<void>();
  value = 1;
  database.change('home', '1');
  await until('the rendering under way', async () => (renders === 3 ? true : null));
  for (value = 2; value < 6; value += 1) {
    const looks = database.looks.length;
    database.change('home', `${value}`);
    await until('a look', async () => (database.looks.length > looks ? true : null));
  }
  gate.resolve();
  await reader.contains('value 6');
  assert.equal(renders, 4);
});

test('a browser that takes nothing for a while gets the newest rendering alone', async () => {
  const database = fakeDatabase();
  await using hub = hubOn(database);
  let value = 0;
  const render = async () => ({ topics: ['home' as const], html: `value ${value}` });
  const slow = await hub.followPage('page', render);
  const quick = reading(await hub.followPage('page', render));
  for (value = 1; value <= 5; value += 1) {
    database.change('home', `${value}`);
    await quick.contains(`value ${value}`);
  }
  value = 5;
  const caughtUp = reading(slow);
  await caughtUp.contains('value 5');
  assert.deepEqual(caughtUp.data(), ['value 5']);
});

test('a lost database is told to every browser, and each gets a new rendering when it is back', async () => {
  const database = fakeDatabase();
  await using hub = hubOn(database);
  const reader = reading(await hub.followPage('page', async () => ({ topics: ['home'], html: 'as it is' })));
  await reader.contains('as it is');
  await until('the session', async () => (hub.counts().isListening ? true : null));
  database.fail(new Error('lost'));
  await reader.contains('event: stale');
  database.fail(null);
  await until('the second rendering', async () => (reader.data().length === 2 ? true : null));
  assert.deepEqual(reader.data(), ['as it is', 'as it is']);
  assert.equal(database.sessions(), 2);
});

test('a rendering that fails is told as stale and tried again; the first one fails the request', async () => {
  const database = fakeDatabase();
  await using hub = hubOn(database);
  let failures = 0;
  const render = async () => {
    if (failures > 0) {
      failures -= 1;
      throw new Error('no such run');
    }
    return { topics: ['home' as const], html: 'fine' };
  };
  failures = 1;
  await assert.rejects(hub.followPage('page', render), /no such run/);
  assert.deepEqual(hub.counts(), { connections: 0, sources: 0, isListening: false });
  const reader = reading(await hub.followPage('page', render));
  await reader.contains('fine');
  await until('the first look', async () => (database.looks.length > 0 ? true : null));
  failures = 1;
  database.change('home', '1');
  await until('the rendering again', async () => (reader.data().length === 2 ? true : null));
  assert.deepEqual(reader.events(), ['stale']);
});

test('nothing is left of a browser that has gone, and the session is closed with the last page', async () => {
  const database = fakeDatabase();
  await using hub = hubOn(database);
  const render = async () => ({ topics: ['home' as const], html: 'page' });
  const [first, second] = [await hub.followPage('a', render), await hub.followPage('a', render)];
  const readers = [reading(first), reading(second)];
  await Promise.all(readers.map((reader) => reader.contains('page')));
  await readers[0]?.cancel();
  assert.deepEqual(hub.counts(), { connections: 1, sources: 1, isListening: true });
  await readers[1]?.cancel();
  database.change('home', 'look, and find nobody');
  await until('the end of the session', async () => (hub.counts().isListening ? null : true));
  assert.deepEqual(hub.counts(), { connections: 0, sources: 0, isListening: false });
});

test('more connections than allowed are refused, and all are ended with the hub', async () => {
  const database = fakeDatabase();
  const render = async () => ({ topics: ['home' as const], html: 'page' });
  const hub = hubOn(database, { maxConnections: 1 });
  const reader = reading(await hub.followPage('page', render));
  await assert.rejects(hub.followPage('page', render), NoLiveConnection);
  await hub[Symbol.asyncDispose]();
  await reader.ended;
  await assert.rejects(hub.followPage('page', render), /about to end/);
});

test('all who follow a log get each line once and in order, wherever they begin, from one read of each line', async () => {
  const database = fakeDatabase();
  await using hub = hubOn(database);
  const attempt = { taskInstanceId: 7, attemptNumber: 2 };
  let stored = 3;
  let isEnded = false;
  const reads: number[] = [];
  const read = async ({ afterId, atMost }: { readonly afterId: number; readonly atMost: number }) => {
    reads.push(afterId);
    const ids = Array.from({ length: stored }, (_, index) => index + 1).filter((id) => id > afterId);
    return { lines: ids.slice(0, atMost).map((id) => ({ id, html: `<${id}>` })), isEnded };
  };
  const follow = async (afterId: number) => reading(await hub.followLog(attempt, read, afterId));
  const linesOf = (reader: ReturnType<typeof reading>) => reader.data().join('');
  const numbered = (from: number, to: number) =>
    Array.from({ length: to - from + 1 }, (_, index) => `<${from + index}>`).join('');

  const first = await follow(2);
  await first.contains('<3>');
  const [whole, newest] = [await follow(0), await follow(3)];
  await whole.contains('<3>');
  const readsBefore = reads.length;
  stored = 5;
  database.change('log:7:2', '5');
  await Promise.all([first, whole, newest].map((reader) => reader.contains('<5>')));
  assert.deepEqual(reads.slice(readsBefore), [3]);

  // More lines than one read gives, and the end of the attempt.
  stored = 1_205;
  isEnded = true;
  database.change('log:7:2', 'ended');
  await Promise.all([first, whole, newest].map(({ ended }) => ended));
  assert.equal(linesOf(first), numbered(3, 1_205));
  assert.equal(linesOf(whole), numbered(1, 1_205));
  assert.equal(linesOf(newest), numbered(4, 1_205));
  assert.deepEqual(first.events(), ['end']);
  assert.equal(hub.counts().connections, 0);
});
