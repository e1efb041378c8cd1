import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { AlertWatch } from '../../../../runner/engine/alerts/watch.ts';
import { pauseDag } from '../../../../runner/engine/dags/pause.ts';
import { loadTaskTypes } from '../../../../runner/engine/dags/task_types.ts';
import { DagVersions } from '../../../../runner/engine/dags/versions.ts';
import { cancelRun } from '../../../../runner/engine/operator/operator.ts';
import { triggerRun } from '../../../../runner/engine/operator/trigger.ts';
import { failingFeeds } from '../../../../runner/store/feed/failing.ts';
import { FailTask } from '../../../../runner/task.ts';
import { type TestEngine, testEngine, testLog } from '../../../support/engine/engine.ts';
import {
  createEffectTables,
  effectsOf,
  FIXTURE_TASKS,
  openGate,
  startWorkerProcess,
} from '../../../support/engine/processes.ts';
import { gate, stepDag, steps } from '../../../support/engine/task_types.ts';
import { type HttpReceiver, type Received, startHttpReceiver } from '../../../support/http_receiver.ts';
import { until } from '../../../support/until.ts';

const by = { actor: 'operator', channel: 'cli' } as const;
const SECRET = '/3b51cc-ping-key';
const HEARTBEAT = ['heartbeat: monitor'];

interface Watched {
  readonly engine: TestEngine;
  readonly monitor: HttpReceiver;
  readonly does: ReturnType<typeof steps>;
  readonly env: Readonly<Record<string, string>>;
}

async function watched(t: TestContext): Promise<Watched> {
  const does = steps();
  const monitor = await startHttpReceiver(t);
  const engine = await testEngine(t, [does.type]);
  await engine.writeDag('nightly', stepDag('nightly', ['task_id: load'], HEARTBEAT));
  return { engine, monitor, does, env: { STOCKFLOW_CONN_MONITOR: `${monitor.url}${SECRET}` } };
}

/** Returns the part of the path behind the secret, without the run's id: `/start`. */
function kindOf({ path }: Received): string {
  return new URL(path, 'http://monitor').pathname.slice(SECRET.length) || '/success';
}

function kindsOf({ received }: HttpReceiver): readonly string[] {
  return received.map(kindOf);
}

async function pings(engine: TestEngine) {
  const { rows } = await engine.pool.query<{
    kind: string;
    state: string;
    tries: number;
    error: string | null;
  }>(
    `select kind, state, attempt_count as tries, error_text as error from stockflow.heartbeat_ping order by ping_id`,
  );
  return rows;
}

test('a run pings its start and its success under one id, with its figures', async (t) => {
  const { engine, monitor, env } = await watched(t);
  await engine.startWorker({ env });
  const { run } = await engine.run('nightly');
  await until('both pings', async () => monitor.received.length === 2);
  assert.deepEqual(kindsOf(monitor), ['/start', '/success']);
  const [start, success] = monitor.received;
  const rid = (ping: Received | undefined) =>
    new URL(ping?.path ?? '', 'http://monitor').searchParams.get('rid');
  assert.match(rid(start) ?? '', /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.equal(rid(success), rid(start));
  const lines = success?.body.split('\n') ?? [];
  assert.equal(lines[0], `nightly ${run.businessDate} run ${run.runId}: succeeded`);
  const tookMs = (run.finishedAt?.epochMilliseconds ?? 0) - (run.startedAt?.epochMilliseconds ?? 0);
  assert.match(lines[1] ?? '', new RegExp(`^duration: \\S+ \\(${Math.round(tookMs / 1_000)} s\\)$`));
  assert.deepEqual(lines.slice(2), [
    'tasks: 1 of 1',
    'rows: 0 in, 0 out',
    'bytes: 0 in, 0 out',
    'files published: 0',
  ]);
});

test('a failure names the task and the class of its error, and quotes no text of it to a service outside', async (t) => {
  const { engine, monitor, does, env } = await watched(t);
  does.on('load', () => {
    throw new FailTask('the password of the shop is hunter2');
  });
  await engine.startWorker({ env });
  const { run } = await engine.run('nightly');
  await until('both pings', async () => monitor.received.length === 2);
  assert.deepEqual(kindsOf(monitor), ['/start', '/fail']);
  const { body } = monitor.received[1] ?? { body: '' };
  assert.deepEqual(body.split('\n').slice(0, 2), [
    `nightly ${run.businessDate} run ${run.runId}: failed`,
    'task: load (FailTask)',
  ]);
  assert.doesNotMatch(body, /hunter2/);
});

test('a run goes on while the monitor does not answer, and its end arrives later without the outdated start', async (t) => {
  const { engine, monitor, env } = await watched(t);
  monitor.answer((response) => void response.writeHead(500).end());
  await engine.startWorker({ env });
  const { run } = await engine.run('nightly');
  assert.equal(run.state, 'success');
  await until('a try of the end', async () => kindsOf(monitor).includes('/success'));
  monitor.answer((response) => void response.end('ok'));
  await until('the end to be sent', async () => (await pings(engine))[1]?.state === 'sent');
  const [start] = await pings(engine);
  assert.equal(start?.state, 'dropped');
  assert.equal(kindsOf(monitor).at(-1), '/success');
  assert.doesNotMatch(start?.error ?? '', new RegExp(SECRET));
});

test('a ping older than a quarter of an hour is dropped: a monitor would take it for now', async (t) => {
  const { engine, monitor, env } = await watched(t);
  const worker = await engine.startWorker({ env: {} });
  await engine.run('nightly');
  await until('a try', async () => (await pings(engine)).some(({ tries }) => tries > 0));
  await worker.stop(0);
  await engine.pool.query(
    `update stockflow.heartbeat_ping set at = at - interval '16 minutes', next_attempt_at = now() where state = 'pending'`,
  );
  await engine.startWorker({ env });
  await until('no ping to be pending', async () =>
    (await pings(engine)).every(({ state }) => state === 'dropped'),
  );
  assert.deepEqual(kindsOf(monitor), []);
});

test('a refused ping is not repeated, is named until one is taken again, and its error does not show the secret path', async (t) => {
  const { engine, monitor, env } = await watched(t);
  monitor.answer((response, { path }) => void response.writeHead(404).end(`no check at ${path}`));
  await engine.startWorker({ env });
  await engine.run('nightly');
  await until('both to end', async () => (await pings(engine)).every(({ state }) => state === 'failed'));
  const { host } = new URL(monitor.url);
  assert.deepEqual(
    (await pings(engine)).map(({ tries, error }) => [tries, error]),
    [
      [1, `${host} answered 404`],
      [1, `${host} answered 404`],
    ],
  );
  const [failing, ...others] = await failingFeeds(engine.pool);
  assert.deepEqual(others, []);
  assert.equal(failing?.connection, 'monitor');
  assert.equal(failing.count, 2);
  assert.equal(failing.errorText, `${host} answered 404`);
  assert.equal(failing.nextAttemptAt, null);
  monitor.answer((response) => void response.end());
  await engine.run('nightly');
  await until('a ping to be sent', async () => (await pings(engine)).at(-1)?.state === 'sent');
  assert.deepEqual(await failingFeeds(engine.pool), [], 'a monitor that takes pings again is no problem');
});

test('a redirect is not followed, as it would carry the figures to another place', async (t) => {
  const { engine, monitor, env } = await watched(t);
  const elsewhere = await startHttpReceiver(t);
  monitor.answer((response) => void response.writeHead(307, { location: elsewhere.url }).end());
  await engine.startWorker({ env });
  await engine.run('nightly');
  await until('both to end', async () => (await pings(engine)).every(({ state }) => state === 'failed'));
  assert.equal(elsewhere.received.length, 0);
});

test('a cancelled run has failed for the monitor, and a pause is a note', async (t) => {
  const { engine, monitor, does, env } = await watched(t);
  const held = gate();
  does.on('load', async () => {
    await held.opened;
    return undefined;
  });
  await engine.startWorker({ env });
  const { runId } = await triggerRun(engine.pool, {
    ...{ dagId: 'nightly', date: null, params: {}, timeEdges: 'keep', by, reason: null },
  });
  await until('the task to start', async () => does.startsOf('load') === 1);
  await cancelRun(engine.pool, runId, { by, reason: 'the shop is closed' });
  held.open();
  await pauseDag(engine.pool, 'nightly', { by, reason: 'stocktaking' });
  await until('three pings', async () => monitor.received.length === 3);
  assert.deepEqual(kindsOf(monitor), ['/start', '/fail', '/log']);
  assert.match(monitor.received[1]?.body ?? '', /: failed: cancelled by operator\n/);
  assert.equal(monitor.received[2]?.body, 'nightly: its schedule was paused by operator: stocktaking');
});

test('a run that a person triggers beside a schedule, and a DAG without a heartbeat, ping nobody', async (t) => {
  const { engine, monitor, env } = await watched(t);
  await engine.writeDag(
    'scheduled',
    stepDag('scheduled', ['task_id: load'], ['schedule: "0 1 * * *"', ...HEARTBEAT]),
  );
  await engine.writeDag('unwatched', stepDag('unwatched', ['task_id: load']));
  await engine.startWorker({ env });
  await engine.run('scheduled');
  await engine.run('unwatched');
  assert.deepEqual(await pings(engine), []);
  assert.equal(monitor.received.length, 0);
});

test('while no worker lives the monitor hears nothing, though the page does; the next worker tells how the run ended', async (t) => {
  const { byName } = await loadTaskTypes(FIXTURE_TASKS);
  const monitor = await startHttpReceiver(t);
  const engine = await testEngine(t, [...byName.values()]);
  const { pool, url } = engine;
  await createEffectTables(pool);
  const yaml = stepDag('nightly', ['task_id: load, with: {gate: door}'], HEARTBEAT);
  await engine.writeDag('nightly', yaml.replace('type: step', 'type: effect'));
  const connections = { STOCKFLOW_CONN_MONITOR: `${monitor.url}${SECRET}` };
  const victim = await startWorkerProcess(t, { url, leaseMs: 2_000, connections });
  const { runId } = await triggerRun(pool, {
    ...{ dagId: 'nightly', date: null, params: {}, timeEdges: 'keep', by, reason: null },
  });
  await until('the start to be pinged', async () => monitor.received.length === 1);
  await until('the task to work', async () => (await effectsOf(pool, runId)).length === 1);
  victim.signal('SIGKILL');
  await victim.ended;
  {
    await using _page = new AlertWatch({
      ...{ pool, versions: new DagVersions(pool), sender: null, log: testLog, everyMs: 20 },
    });
    await until('the lease of the killed worker to be over for two seconds', async () => {
      const { rowCount } = await pool.query(
        `select from stockflow.worker where lease_expires_at < now() - interval '2 s'`,
      );
      return rowCount === 1;
    });
  }
  assert.deepEqual(kindsOf(monitor), ['/start'], 'silence, by which a monitor raises the alarm');
  await openGate(pool, 'door');
  await engine.startWorker({ env: { STOCKFLOW_CONN_EFFECTS: url, ...connections } });
  await engine.ended(runId);
  await until('the end to be pinged', async () => monitor.received.length === 2);
  assert.deepEqual(kindsOf(monitor), ['/start', '/success']);
});

test('the end of a run is pinged once wherever its worker dies, and not at all before it is committed', async (t) => {
  const { byName } = await loadTaskTypes(FIXTURE_TASKS);
  const dieAt = async (point: string) => {
    const monitor = await startHttpReceiver(t);
    const engine = await testEngine(t, [...byName.values()]);
    const { pool, url } = engine;
    await createEffectTables(pool);
    const yaml = stepDag('nightly', ['task_id: load'], HEARTBEAT);
    await engine.writeDag('nightly', yaml.replace('type: step', 'type: effect'));
    const connections = { STOCKFLOW_CONN_MONITOR: `${monitor.url}${SECRET}` };
    process.env.STOCKFLOW_FAIL_AT = point;
    const starting = startWorkerProcess(t, { url, leaseMs: 2_000, connections });
    delete process.env.STOCKFLOW_FAIL_AT;
    const { ended } = await starting;
    const { runId } = await triggerRun(pool, {
      ...{ dagId: 'nightly', date: null, params: {}, timeEdges: 'keep', by, reason: null },
    });
    assert.equal(await ended, 'SIGKILL', point);
    const ends = () => kindsOf(monitor).filter((kind) => kind !== '/start');
    const before = ends();
    // What the dead worker was sending is due again in a while.
    await pool.query(
      `update stockflow.heartbeat_ping set next_attempt_at = now() - interval '10 s' where state = 'pending'`,
    );
    await engine.startWorker({ env: { STOCKFLOW_CONN_EFFECTS: url, ...connections } });
    await engine.ended(runId);
    await until('the pings to end', async () =>
      (await pings(engine)).every(({ state }) => state !== 'pending'),
    );
    return { point, before, ends: ends() };
  };
  // The start is written by whoever triggers; the worker sends it first, and then the end.
  const points = ['heartbeat.inserted:1', 'finish.before_commit:1', 'heartbeat.claimed:2'];
  assert.deepEqual(
    await Promise.all(points.map(dieAt)),
    points.map((point) => ({ point, before: [], ends: ['/success'] })),
  );
});
