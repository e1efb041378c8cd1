import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { loadTaskTypes } from '../../../../runner/engine/dags/task_types.ts';
import { triggerRun } from '../../../../runner/engine/operator/trigger.ts';
import { findRun } from '../../../../runner/store/run/dag_run.ts';
import { testEngine } from '../../../support/engine/engine.ts';
import {
  createEffectTables,
  effectsOf,
  FIXTURE_TASKS,
  openGate,
  startWorkerProcess,
} from '../../../support/engine/processes.ts';
import { until } from '../../../support/until.ts';

const { byName } = await loadTaskTypes(FIXTURE_TASKS);
const engine = await testEngine({ after }, [...byName.values()]);
const { pool, url } = engine;
await createEffectTables(pool);
const by = { actor: 'operator', channel: 'cli' } as const;

async function writeDags(source: string, waiting: string): Promise<void> {
  const head = (dagId: string, zone: string, cron: string) =>
    `dag_id: ${dagId}\ntimezone: ${zone}\nschedule: "${cron}"\ncatchup: none\nmax_active_runs: 9\ntasks:\n`;
  assert.deepEqual(
    await engine.writeDag(
      source,
      `${head(source, 'America/New_York', '30 2 * * *')}  - {task_id: load, type: effect, with: {gate: ${source}}}\n`,
    ),
    [],
  );
  assert.deepEqual(
    await engine.writeDag(
      waiting,
      `${head(waiting, 'Europe/London', '30 1 * * *')}  - {task_id: report, type: effect, depends_on: [{dag: ${source}}]}\n`,
    ),
    [],
  );
}

async function runOn(dagId: string, date: string): Promise<number> {
  const terms = { params: {}, timeEdges: 'collapse', by, reason: null } as const;
  return (await triggerRun(pool, { dagId, date: Temporal.PlainDate.from(date), ...terms })).runId;
}

/** The nights on which the clocks of New York and of London change, with the instants of both DAGs. */
const NIGHTS = [
  ['2025-03-09', '2025-03-09T07:30:00Z', '2025-03-09T01:30:00Z'],
  ['2025-03-30', '2025-03-30T06:30:00Z', '2025-03-30T01:30:00Z'],
  ['2025-10-26', '2025-10-26T06:30:00Z', '2025-10-26T00:30:00Z'],
  ['2025-11-02', '2025-11-02T07:30:00Z', '2025-11-02T01:30:00Z'],
] as const;

test('DAGs of two zones are joined by their date on every night of a clock change, though workers are restarted between', async () => {
  await writeDags('new_york', 'london');
  await openGate(pool, 'new_york');
  const waiting = new Map<string, number>();
  for (const [date] of NIGHTS) waiting.set(date, await runOn('london', date));
  for (const [date, sourceAt, waitingAt] of NIGHTS) {
    const worker = await engine.startWorker({ dagsDir: null, env: { STOCKFLOW_CONN_EFFECTS: url } });
    const source = await runOn('new_york', date);
    await engine.ended(source);
    const { run } = await engine.ended(waiting.get(date) ?? 0);
    assert.equal(run.state, 'success');
    assert.equal(String((await findRun(pool, source))?.scheduledFor), sourceAt);
    assert.equal(String(run.scheduledFor), waitingAt);
    const others = [...waiting].filter(([other]) => other > date).map(([, runId]) => findRun(pool, runId));
    for (const other of await Promise.all(others))
      assert.equal(other?.state, 'running', 'it waits for its own date');
    await worker.stop(1_000);
  }
});

test('a worker that is killed between a success and the wake-up loses neither', async (t) => {
  await writeDags('committed', 'woken');
  const waiting = await runOn('woken', '2025-06-01');
  process.env.STOCKFLOW_FAIL_AT = 'finish.committed:1';
  const doomed = await startWorkerProcess(t, { url });
  delete process.env.STOCKFLOW_FAIL_AT;
  const source = await runOn('committed', '2025-06-01');
  await openGate(pool, 'committed');
  assert.equal(await doomed.ended, 'SIGKILL');
  assert.equal((await findRun(pool, source))?.state, 'success');
  assert.equal((await findRun(pool, waiting))?.state, 'running');
  const next = await startWorkerProcess(t, { url });
  assert.equal((await engine.ended(waiting)).run.state, 'success');
  next.signal('SIGKILL');
});

test('a worker that is killed while it handles the wake-up only delays it to the next sweep', async (t) => {
  await writeDags('handled', 'looked');
  const waiting = await runOn('looked', '2025-06-01');
  // The two DAGs are planned first, as their files are new; the third plan is the wake-up.
  process.env.STOCKFLOW_FAIL_AT = 'schedule.committed:3';
  const doomed = await startWorkerProcess(t, { url });
  delete process.env.STOCKFLOW_FAIL_AT;
  const source = await runOn('handled', '2025-06-01');
  await until('the task to start', async () => ((await effectsOf(pool, source)).length === 1 ? true : null));
  await openGate(pool, 'handled');
  assert.equal(await doomed.ended, 'SIGKILL');
  assert.equal((await findRun(pool, waiting))?.state, 'running');
  await startWorkerProcess(t, { url });
  assert.equal((await engine.ended(waiting)).run.state, 'success');
});
