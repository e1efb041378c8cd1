import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { pauseDag } from '../../../../runner/engine/dags/pause.ts';
import { cancelRun } from '../../../../runner/engine/operator/operator.ts';
import { triggerRun } from '../../../../runner/engine/operator/trigger.ts';
import { topicVersions } from '../../../../runner/store/live/topic_versions.ts';
import { testEngine } from '../../../support/engine/engine.ts';
import { gate, stepDag, steps } from '../../../support/engine/task_types.ts';
import { type EventClient, followEvents } from '../../../support/event_stream.ts';
import { until } from '../../../support/until.ts';
import { startLiveApp } from '../../../support/web/live_app.ts';

const work = steps();
const engine = await testEngine({ after }, [work.type]);
await engine.startWorker();
const { url, pool } = engine;
const BY = { actor: 'operator', channel: 'cli' } as const;

/** Triggers a run of one task that goes on until it is let go. */
async function heldRun(dagId: string) {
  const held = gate();
  const begun = gate();
  work.on(`${dagId}_task`, async ({ log }) => {
    begun.open();
    await held.opened;
    log.info('let go');
    return null;
  });
  const problems = await engine.writeDag(dagId, stepDag(dagId, [`task_id: ${dagId}_task`]));
  assert.deepEqual(problems, []);
  const { runId } = await triggerRun(pool, {
    ...{ dagId, date: null, params: {}, timeEdges: 'keep', by: BY, reason: null },
  });
  await begun.opened;
  return { runId, release: held.open };
}

const isRun = (state: string) => (event: { readonly data: string }) => event.data.includes(`is ${state}<`);

test('200 browsers on one page cost no more renderings, statements and sessions than one', async () => {
  const costs: { readonly renderings: number; readonly statements: number }[] = [];
  for (const browsers of [1, 200]) {
    const { runId, release } = await heldRun(`shared_${browsers}`);
    await using app = await startLiveApp({ url, pool, pace: { lookEveryMs: 50, atMostEveryMs: 0 } });
    const clients = await Promise.all(
      Array.from({ length: browsers }, () => followEvents(`${app.url}/live/test/${runId}`)),
    );
    await until('the rendering after the first look', async () =>
      app.counts().renderings === 2 ? true : null,
    );
    assert.equal(app.hub.counts().connections, browsers);
    release();
    await Promise.all(clients.map((client) => client.event('the end of the run', isRun('success'))));
    const sessions = await pool.query(
      `select from pg_stat_activity where application_name = 'stockflow pages' and datname = current_database()`,
    );
    assert.equal(sessions.rowCount, 1);
    costs.push(app.counts());
    assert.equal(clients[0]?.headers.get('cache-control'), 'no-store');
    assert.equal(clients[0]?.headers.get('x-accel-buffering'), 'no');
    for (const client of clients) client.close();
    await until('nobody to be left', async () => (app.hub.counts().connections === 0 ? true : null));
    assert.equal(app.hub.counts().sources, 0);
  }
  // Two statements a rendering: the run and its tasks.
  assert.deepEqual(costs, [
    { renderings: 3, statements: 6 },
    { renderings: 3, statements: 6 },
  ]);
});

test('an act of a person is shown at once, and the work of a worker sends no NOTIFY', async () => {
  const { runId, release } = await heldRun('told');
  await using app = await startLiveApp({ url, pool, pace: { lookEveryMs: 3_600_000 } });
  const client = await followEvents(`${app.url}/live/test/${runId}`);
  await until('the first look', async () => (app.counts().renderings === 2 ? true : null));
  const listener = await pool.connect();
  const told: string[] = [];
  listener.on('notification', ({ channel }) => told.push(channel));
  await listener.query('listen stockflow_live');
  release();
  await engine.ended(runId);
  await pauseDag(pool, 'told', { by: BY, reason: null });
  await client.event('the end of the run', isRun('success'));
  await until('the act of a person', async () => (told.length > 0 ? true : null));
  assert.equal(told.length, 1);
  listener.release(true);
  client.close();
});

test('a session that the database ended is opened again, and what happened meanwhile is shown', async () => {
  const { runId, release } = await heldRun('cut_off');
  await using app = await startLiveApp({ url, pool, pace: { lookEveryMs: 50, atMostEveryMs: 0 } });
  const client = await followEvents(`${app.url}/live/test/${runId}`);
  await client.event('the first rendering', isRun('running'));
  await until('the session', async () => (app.hub.counts().isListening ? true : null));
  const live = `application_name = 'stockflow pages' and datname = current_database()`;
  const { rows } = await pool.query(`select pg_terminate_backend(pid) from pg_stat_activity where ${live}`);
  assert.equal(rows.length, 1);
  await cancelRun(pool, runId, { by: BY, reason: 'a test' });
  await client.event('the news', isRun('cancelled'));
  assert.ok(client.events.some(({ event }) => event === 'stale'));
  release();
  client.close();
});

test('a run that does not exist and one connection too many are refused, and all end with the server', async () => {
  const { runId, release } = await heldRun('refused');
  const clients: EventClient[] = [];
  {
    await using app = await startLiveApp({ url, pool, maxConnections: 1 });
    assert.equal((await followEvents(`${app.url}/live/test/999999`)).status, 404);
    assert.equal((await fetch(`${app.url}/live/test/${runId}`, { method: 'HEAD' })).status, 200);
    assert.equal(app.hub.counts().connections, 0);
    clients.push(await followEvents(`${app.url}/live/test/${runId}`));
    const refused = await followEvents(`${app.url}/live/test/${runId}`);
    assert.equal(refused.status, 503);
    assert.equal(refused.headers.get('retry-after'), '5');
  }
  await Promise.all(clients.map(({ ended }) => ended));
  release();
});

test('a log is followed over a lost connection, each line once, until its attempt has ended', async () => {
  const words = gate();
  const more = gate();
  work.on('speak', async ({ log }) => {
    for (let line = 1; line <= 3; line += 1) log.info(`line ${line}`, { line });
    await words.opened;
    for (let line = 4; line <= 6; line += 1) log.info(`line <${line}>`);
    await more.opened;
    log.warn('line 7');
    return null;
  });
  await engine.writeDag('talk', stepDag('talk', ['task_id: speak']));
  const { runId } = await triggerRun(pool, {
    ...{ dagId: 'talk', date: null, params: {}, timeEdges: 'keep', by: BY, reason: null },
  });
  const instance = await until('the task', async () => {
    const { rows } = await pool.query<{ id: number }>(
      `select task_instance_id as id from stockflow.task_instance where run_id = $1 and state = 'running'`,
      [runId],
    );
    return rows[0]?.id ?? null;
  });
  await using app = await startLiveApp({ url, pool, pace: { lookEveryMs: 50, atMostEveryMs: 0 } });
  const path = `${app.url}/live/log/${instance}/1`;
  const first = await followEvents(path);
  await first.event('line 3', ({ data }) => data.includes('line 3'));
  words.open();
  await first.event('line 6', ({ data }) => data.includes('line &lt;6&gt;'));
  const lastId = first.events.findLast(({ id }) => id !== null)?.id ?? '';
  first.close();
  more.open();
  await engine.ended(runId);
  const second = await followEvents(path, { 'last-event-id': lastId });
  await second.ended;
  const linesOf = (events: EventClient['events']) =>
    events.flatMap(({ data }) => [...data.matchAll(/line (?:&lt;)?(\d)/g)].map(([, line]) => Number(line)));
  assert.deepEqual(linesOf(first.events), [1, 2, 3, 4, 5, 6]);
  assert.deepEqual(linesOf(second.events), [7]);
  assert.equal(second.events.at(-1)?.event, 'end');
  const whole = await followEvents(path);
  await whole.ended;
  assert.deepEqual(linesOf(whole.events), [1, 2, 3, 4, 5, 6, 7]);
  assert.equal((await fetch(`${app.url}/live/log/999999/1`)).status, 404);
});

test('a topic has a new version when what it stands for has changed, and keeps it otherwise', async () => {
  const { runId, release } = await heldRun('versions');
  const topics = [
    'home',
    'workers',
    'audit',
    'alerts',
    'backfills',
    'dag:versions',
    'dag:told',
    `run:${runId}`,
    'run:999999',
  ] as const;
  const changedBy = async (act: () => Promise<unknown>) => {
    const before = await topicVersions(pool, topics);
    await act();
    const now = await topicVersions(pool, topics);
    return topics.filter((topic) => now.get(topic) !== before.get(topic));
  };
  assert.deepEqual(await changedBy(async () => {}), []);
  const progress = `update stockflow.task_attempt a set progress = '{"done": 1}' from stockflow.task_instance t
                     where t.task_instance_id = a.task_instance_id and t.run_id = $1`;
  assert.deepEqual(await changedBy(() => pool.query(progress, [runId])), ['dag:versions', `run:${runId}`]);
  assert.deepEqual(await changedBy(() => pauseDag(pool, 'versions', { by: BY, reason: null })), [
    'home',
    'audit',
    'dag:versions',
  ]);
  const pools = `insert into stockflow.pool (name, slots) values ('narrow', 2)`;
  assert.deepEqual(await changedBy(() => pool.query(pools)), ['workers']);
  const alert = `with told as (
      insert into stockflow.alert (dag_id, scheduled_for, kind, dedup_key, incident, sentence, facts)
      values ('versions', now(), 'failed', 'k', 'i', 'it failed', '{}') returning alert_id)
    insert into stockflow.alert_delivery (alert_id, channel, next_attempt_at) select alert_id, 'chat', now() from told`;
  assert.deepEqual(await changedBy(() => pool.query(alert)), ['alerts']);
  const sent = `update stockflow.alert_delivery set state = 'sent', sent_at = now(), next_attempt_at = null`;
  assert.deepEqual(await changedBy(() => pool.query(sent)), ['alerts']);
  const end = async () => {
    release();
    await engine.ended(runId);
  };
  assert.deepEqual(await changedBy(end), [
    'home',
    'workers',
    'audit',
    'backfills',
    'dag:versions',
    `run:${runId}`,
  ]);
});
