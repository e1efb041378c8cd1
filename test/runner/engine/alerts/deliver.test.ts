import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Pool } from 'pg';
import { type DeliveryRow, outbox } from '../../../support/alerts/outbox.ts';
import type { HttpReceiver } from '../../../support/http_receiver.ts';

const { signal } = new AbortController();
const MINUTE = { minutes: 1 };

const sentences = ({ received }: HttpReceiver): readonly string[] =>
  received.map(({ body }) => JSON.parse(body).sentence);
const keys = ({ received }: HttpReceiver) => received.map(({ headers }) => headers['idempotency-key']);
const states = (rows: readonly DeliveryRow[]) => rows.map(({ dagId, state }) => `${dagId} ${state}`);

async function nextJobAt(pool: Pool): Promise<Temporal.Instant | null> {
  const { rows } = await pool.query<{ at: Temporal.Instant | null }>(
    `select min(run_at) as at from graphile_worker._private_jobs j join graphile_worker._private_tasks t on t.id = j.task_id
      where t.identifier = 'stockflow.alert'`,
  );
  return rows[0]?.at ?? null;
}

const secondsUntil = (at: Temporal.Instant | null, from: Temporal.Instant): number =>
  Math.round(((at?.epochMilliseconds ?? Number.NaN) - from.epochMilliseconds) / 1_000);

test('an alert is sent once, however many workers look, and not before its cause had time to gather', async (t) => {
  const own = await outbox(t);
  await own.tell('a');
  own.clock = own.clock.subtract({ seconds: 10 });
  await own.sendDue();
  assert.deepEqual(own.hook.received, []);
  own.clock = own.clock.add({ seconds: 10 });
  await Promise.all(Array.from({ length: 8 }, () => own.sendDue()));
  await own.sendDue();
  assert.deepEqual(keys(own.hook), ['failed/a']);
  assert.deepEqual(states(await own.rows()), ['a sent']);
});

test('alerts of one cause are one message, which names ten and counts the others; others are messages of their own', async (t) => {
  const own = await outbox(t);
  for (const dagId of 'abcdefghijkl') await own.tell(dagId, { cause: 'no answer from db' });
  await own.tell('a', { kind: 'warning' });
  await own.sendDue();
  const [group, ...others] = own.hook.received.map(({ body }) => JSON.parse(body));
  assert.equal(group.title, '12 DAGs failed, 2026-03-10');
  assert.equal(group.sentence, '12 alerts of 12 DAGs (failed) with one cause: no answer from db');
  assert.match(group.text, /^- a failed\n- b failed\n(.*\n){7}- j failed\n- and 2 more$/m);
  assert.equal(group.alerts.length, 12);
  assert.deepEqual(
    others.map(({ sentence }) => sentence),
    ['a warning'],
  );
});

test('while a receiver is down for an hour its alerts wait, 1, 2, 4 ... minutes, and each arrives once', async (t) => {
  const own = await outbox(t);
  const downUntil = own.clock.add({ hours: 1 });
  own.hook.answer((response) =>
    Temporal.Instant.compare(own.clock, downUntil) < 0
      ? response.writeHead(503).end('down')
      : response.end('ok'),
  );
  await own.tell('a');
  await own.tell('b');
  const waits: number[] = [];
  for (;;) {
    await own.sendDue();
    if ((await own.rows()).every(({ state }) => state === 'sent')) break;
    const [{ at } = assert.fail()] = (
      await own.pool.query<{ at: Temporal.Instant }>(
        'select min(next_attempt_at) as at from stockflow.alert_delivery',
      )
    ).rows;
    waits.push(secondsUntil(at, own.clock));
    own.clock = at;
  }
  assert.deepEqual(waits, [60, 120, 240, 480, 960, 1920]);
  assert.deepEqual(sentences(own.hook).slice(-2), ['a failed', 'b failed']);
  assert.equal(new Set(keys(own.hook)).size, 2);
  assert.match(own.logged[0] ?? '', /^an alert was not sent .*answered 503: down/);
});

test('Retry-After is honoured, and the job comes at that time', async (t) => {
  const own = await outbox(t);
  own.hook.answer((response) => response.writeHead(429, { 'retry-after': '600' }).end());
  await own.tell('a');
  await own.pool.query(`delete from graphile_worker._private_jobs`);
  await own.sendDue();
  assert.ok(secondsUntil(await nextJobAt(own.pool), own.clock) - 600 <= 1);
  own.clock = own.clock.add({ seconds: 599 });
  await own.sendDue();
  assert.equal(own.hook.received.length, 1);
});

test('after a day it is given up, one that is too large at once, and one that is refused holds up no other', async (t) => {
  const own = await outbox(t);
  own.hook.answer((response) => response.writeHead(500).end());
  await own.tell('a');
  await own.sendDue();
  own.clock = own.clock.add({ hours: 23 });
  await own.sendDue();
  assert.deepEqual(states(await own.rows()), ['a pending']);
  own.clock = own.clock.add({ hours: 1 });
  await own.sendDue();
  assert.deepEqual(states(await own.rows()), ['a failed']);
  own.hook.answer((response, { body }) =>
    response.writeHead(/b failed/.test(body) ? 413 : /c failed/.test(body) ? 400 : 200).end(),
  );
  await own.tell('b');
  await own.tell('c');
  await own.tell('d');
  await own.sendDue();
  assert.deepEqual(states(await own.rows()), ['a failed', 'b failed', 'c pending', 'd sent']);
});

test('a recovery waits for what it closes, and recoveries of one message are one', async (t) => {
  const own = await outbox(t);
  own.hook.answer((response) => response.writeHead(503).end());
  await own.tell('a', { cause: 'db' });
  await own.tell('b', { cause: 'db' });
  await own.sendDue();
  await own.tell('a', { kind: 'recovered' });
  await own.sendDue();
  own.hook.answer((response) => response.end());
  own.clock = own.clock.add(MINUTE);
  await own.pool.query(`update stockflow.alert set closed_at = now() where kind = 'failed' and dag_id = 'a'`);
  await own.sendDue();
  assert.deepEqual(
    own.hook.received.slice(-2).map(({ body }) => {
      const { kind, is_resolved: isResolved } = JSON.parse(body);
      return { kind, isResolved };
    }),
    [
      { kind: 'failed', isResolved: false },
      // That of b is still open, so their common message is not closed.
      { kind: 'recovered', isResolved: false },
    ],
  );
  await own.pool.query(`update stockflow.alert set closed_at = now() where kind = 'failed'`);
  await own.tell('b', { kind: 'recovered' });
  await own.sendDue();
  assert.equal(JSON.parse(own.hook.received.at(-1)?.body ?? '').is_resolved, true);
});

test('in quiet hours everything waits for their end', async (t) => {
  const own = await outbox(t, '&quiet=22:00-07:00&quiet_timezone=Europe/Berlin');
  await own.tell('a');
  const day = own.clock.toZonedDateTimeISO('Europe/Berlin').toPlainDate().add({ days: 1 });
  const at = (time: string) =>
    day.toZonedDateTime({ timeZone: 'Europe/Berlin', plainTime: time }).toInstant();
  own.clock = at('02:00');
  await own.sendDue();
  assert.deepEqual(states(await own.rows()), ['a pending']);
  const { rows } = await own.pool.query(
    'select next_attempt_at as at, attempt_count as attempts from stockflow.alert_delivery',
  );
  assert.equal(rows[0].at.toString(), at('07:00').toString());
  assert.equal(rows[0].attempts, 0);
  own.clock = at('07:00');
  await own.sendDue();
  assert.deepEqual(states(await own.rows()), ['a sent']);
});

test('an open alert is told again after the repeat interval until it is closed, and never after a day', async (t) => {
  const own = await outbox(t, '&repeat=30m');
  await own.tell('a');
  await own.tell('b', { kind: 'warning' });
  await own.sendDue();
  own.clock = own.clock.add({ minutes: 29 });
  await own.sendDue();
  assert.equal(own.hook.received.length, 2);
  own.clock = own.clock.add(MINUTE);
  await Promise.all([own.sendDue(), own.sendDue()]);
  assert.deepEqual(keys(own.hook), ['failed/a', 'warning/b', 'failed/a#1']);
  assert.equal(JSON.parse(own.hook.received[2]?.body ?? '').title, 'still: a failed, 2026-03-10');
  own.clock = own.clock.add({ hours: 23, minutes: 30 });
  await own.sendDue();
  own.clock = own.clock.add({ hours: 2 });
  await own.sendDue();
  assert.equal(keys(own.hook).length, 4);
  await own.tell('c');
  own.clock = own.clock.add(MINUTE);
  await own.sendDue();
  await own.pool.query(`update stockflow.alert set closed_at = now() where dag_id = 'c'`);
  own.clock = own.clock.add({ hours: 1 });
  await own.sendDue();
  assert.equal(keys(own.hook).length, 5);
});

test('a channel that is not set, or has a wrong setting, is tried again, and its alert says why', async (t) => {
  const own = await outbox(t);
  await own.tell('a');
  await own.deliverer('').sendDue('hook', { signal });
  assert.match((await own.rows())[0]?.error ?? '', /STOCKFLOW_CONN_HOOK is not set/);
  own.clock = own.clock.add(MINUTE);
  await own.deliverer('postgres://u:canary-pw@h/db').sendDue('hook', { signal });
  assert.match((await own.rows())[0]?.error ?? '', /is a connection of tasks/);
  own.clock = own.clock.add({ minutes: 2 });
  await own.sendDue();
  assert.deepEqual(states(await own.rows()), ['a sent']);
});

test('a worker that stops leaves a message in flight to be sent again under its key', async (t) => {
  const own = await outbox(t);
  await own.tell('a');
  const stopping = new AbortController();
  own.hook.answer(() => stopping.abort());
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const sending = own.deliverer().sendDue('hook', { signal: stopping.signal });
  stopping.signal.addEventListener('abort', () => setImmediate(() => t.mock.timers.tick(3_000)));
  await sending;
  t.mock.timers.reset();
  assert.deepEqual(states(await own.rows()), ['a pending']);
  own.hook.answer((response) => response.end());
  own.clock = own.clock.add(MINUTE);
  await own.sendDue();
  assert.deepEqual(keys(own.hook), ['failed/a', 'failed/a']);
});

test('nothing of a channel is found in the tables, the log, the messages or the errors', async (t) => {
  const own = await outbox(t);
  const answers = [
    [302, { location: 'http://localhost:1/canary-of-the-address' }, 'go'],
    [403, {}, '/canary-of-the-address canary-of-the-signature'],
    [200, {}, 'canary-of-the-address'],
  ] as const;
  await own.tell('a');
  for (const [status, headers, body] of answers) {
    own.hook.answer((response) => response.writeHead(status, headers).end(body));
    await own.sendDue();
    own.clock = own.clock.add({ hours: 2 });
  }
  assert.deepEqual(states(await own.rows()), ['a sent']);
  const { rows } = await own.pool.query<{ text: string }>(
    `select (select string_agg(d::text, '') from stockflow.alert_delivery d)
         || (select string_agg(a::text, '') from stockflow.alert a)
         || coalesce((select string_agg(j::text, '') from graphile_worker._private_jobs j), '') as text`,
  );
  const seen = [rows[0]?.text ?? '', ...own.logged, ...own.hook.received.map(({ body }) => body)];
  assert.doesNotMatch(seen.join('\n'), /canary/);
  assert.match(own.logged.join('\n'), /\[secret\]/);
});
