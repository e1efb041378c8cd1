/** Lineage of real runs, as a receiver of OpenLineage gets it over HTTP. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { z } from 'zod';
import { cancelRun } from '../../../../runner/engine/operator/operator.ts';
import { triggerRun } from '../../../../runner/engine/operator/trigger.ts';
import { failingFeeds } from '../../../../runner/store/feed/failing.ts';
import { testEngine } from '../../../support/engine/engine.ts';
import { gate, stepDag, steps, untilAborted } from '../../../support/engine/task_types.ts';
import { answering, type HttpReceiver, startHttpReceiver } from '../../../support/http_receiver.ts';
import { until } from '../../../support/until.ts';

/**
 * The required fields of an event and of the facets that are sent, written by hand from OpenLineage's specification
 * (2-0-2): no package of the schema is published for JavaScript.
 */
const facet = <Shape extends z.ZodRawShape>(name: string, shape: Shape) =>
  z.strictObject({
    _producer: z.url(),
    _schemaURL: z.url().regex(new RegExp(`/facets/[0-9-]+/${name}\\.json#/\\$defs/${name}$`)),
    ...shape,
  });
const job = { namespace: z.string().min(1), name: z.string().min(1) };
const counts = { size: z.int().min(0), rowCount: z.int().min(0).optional(), fileCount: z.int() };
const dataset = {
  namespace: z.string().min(1),
  name: z.string().min(1),
  facets: z.strictObject({ version: facet('DatasetVersionDatasetFacet', { datasetVersion: z.string() }) }),
};
const runEvent = z.strictObject({
  eventType: z.enum(['START', 'RUNNING', 'COMPLETE', 'ABORT', 'FAIL', 'OTHER']),
  eventTime: z.iso.datetime({ offset: true }),
  producer: z.url(),
  schemaURL: z.literal('https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent'),
  run: z.strictObject({
    runId: z.uuid(),
    facets: z.strictObject({
      nominalTime: facet('NominalTimeRunFacet', { nominalStartTime: z.iso.datetime() }),
      parent: facet('ParentRunFacet', {
        run: z.strictObject({ runId: z.uuid() }),
        job: z.strictObject(job),
      }).optional(),
      errorMessage: facet('ErrorMessageRunFacet', {
        message: z.string(),
        programmingLanguage: z.string(),
      }).optional(),
    }),
  }),
  job: z.strictObject({
    ...job,
    facets: z.strictObject({
      jobType: facet('JobTypeJobFacet', {
        processingType: z.literal('BATCH'),
        integration: z.string(),
        jobType: z.string(),
      }),
    }),
  }),
  inputs: z.array(
    z.strictObject({
      ...dataset,
      inputFacets: z.strictObject({ inputStatistics: facet('InputStatisticsInputDatasetFacet', counts) }),
    }),
  ),
  outputs: z.array(
    z.strictObject({
      ...dataset,
      outputFacets: z.strictObject({ outputStatistics: facet('OutputStatisticsOutputDatasetFacet', counts) }),
    }),
  ),
});

const eventsOf = (receiver: HttpReceiver) =>
  receiver.taken.map(({ body }) => runEvent.parse(JSON.parse(body)));
const namesOf = (receiver: HttpReceiver) =>
  eventsOf(receiver).map(({ eventType, job: { name } }) => `${eventType} ${name}`);

/** Waits until the receiver has taken the end of the DAG's run. */
const whenTold = (receiver: HttpReceiver, dagId: string) =>
  until(`the end of ${dagId}`, async () =>
    namesOf(receiver).some((name) => name !== `START ${dagId}` && name.endsWith(` ${dagId}`)) ? true : null,
  );

const by = { actor: 'operator', channel: 'cli' } as const;

test('a run is told as starts and ends of itself and its attempts, with the files of each and its error', async (t) => {
  const { type, on } = steps();
  const engine = await testEngine(t, [type]);
  const receiver = await startHttpReceiver(t);
  on('extract', async ({ files }) => {
    await files.publish('artifact:counts.csv', 'sku,quantity\nA1,2\n', { rows: 1 });
    return null;
  });
  on('load', async ({ files, attempt }) => {
    await files.read('artifact:counts.csv');
    await files.publish('file:out/done.txt', 'done');
    if (attempt.number === 1) throw new Error('the shop is closed');
    return null;
  });
  await engine.writeDag(
    'night',
    stepDag('night', [
      'task_id: extract',
      'task_id: load, depends_on: [extract], retries: 1, retry_delay: 1s',
    ]),
  );
  await engine.startWorker({
    env: { STOCKFLOW_OPENLINEAGE_URL: receiver.url, STOCKFLOW_OPENLINEAGE_NAMESPACE: 'shop' },
  });
  const { run } = await engine.run('night');
  await whenTold(receiver, 'night');

  const events = eventsOf(receiver);
  assert.ok(receiver.received.every(({ path: asked }) => asked === '/api/v1/lineage'));
  assert.deepEqual(namesOf(receiver).toSorted(), [
    'COMPLETE night',
    'COMPLETE night.extract',
    'COMPLETE night.load',
    'FAIL night.load',
    'START night',
    'START night.extract',
    'START night.load',
    'START night.load',
  ]);
  const runIds = Map.groupBy(events, ({ run: { runId } }) => runId);
  assert.deepEqual(
    [...runIds.values()].map((own) => own.map(({ eventType }) => eventType).join(' ')).toSorted(),
    ['START COMPLETE', 'START COMPLETE', 'START COMPLETE', 'START FAIL'],
  );
  const whole = events[0];
  assert.equal(whole?.job.name, 'night');
  assert.equal(whole?.job.namespace, 'shop');
  assert.equal(whole?.run.facets.nominalTime.nominalStartTime, run.scheduledFor.toString());
  for (const event of events.filter(({ job: { name } }) => name !== 'night'))
    assert.equal(event.run.facets.parent?.run.runId, whole?.run.runId);
  assert.equal(events.at(-1)?.job.name, 'night', 'the end of the run comes last');

  const extracted = events.find(
    ({ eventType, job: { name } }) => `${eventType} ${name}` === 'COMPLETE night.extract',
  );
  const [output] = extracted?.outputs ?? [];
  assert.equal(output?.namespace, 'shop');
  assert.equal(output?.name, 'night/artifact:counts.csv');
  assert.deepEqual(
    [output?.outputFacets.outputStatistics.size, output?.outputFacets.outputStatistics.rowCount],
    [18, 1],
  );
  const failed = events.find(({ eventType }) => eventType === 'FAIL');
  assert.equal(failed?.run.facets.errorMessage?.message, 'the shop is closed');
  const [input] = failed?.inputs ?? [];
  assert.equal(input?.name, output?.name);
  assert.equal(input?.facets.version.datasetVersion, output?.facets.version.datasetVersion);
  assert.equal(failed?.outputs[0]?.namespace, 'file');
  assert.equal(failed?.outputs[0]?.name, path.join(engine.dagsDir, 'out/done.txt'));
});

test('without a receiver and without an SDK a worker reads and writes nothing for them', async (t) => {
  const { type } = steps();
  const engine = await testEngine(t, [type]);
  await engine.writeDag('plain', stepDag('plain', ['task_id: one']));
  const worker = await engine.startWorker();
  await engine.run('plain');
  await worker.stop();
  assert.equal(worker.engine.tracing, null);
  const { rows } = await engine.pool.query<{ reads: number }>(
    `select (seq_scan + coalesce(idx_scan, 0) + n_tup_ins)::integer as reads from pg_stat_user_tables where relname like 'feed_%'`,
  );
  assert.deepEqual(rows, [{ reads: 0 }, { reads: 0 }]);
});

test('a run that an operator cancels elsewhere is told as aborted', async (t) => {
  const { type, on } = steps();
  const engine = await testEngine(t, [type]);
  const receiver = await startHttpReceiver(t);
  const { opened, open } = gate();
  on('wait', ({ signal }) => {
    open();
    return untilAborted(signal);
  });
  await engine.writeDag('stopped', stepDag('stopped', ['task_id: wait']));
  await engine.startWorker({ env: { STOCKFLOW_OPENLINEAGE_URL: receiver.url } });
  const { runId } = await triggerRun(engine.pool, {
    ...{ dagId: 'stopped', date: null, params: {}, timeEdges: 'keep', by, reason: null },
  });
  await opened;
  await cancelRun(engine.pool, runId, { by, reason: null });
  await whenTold(receiver, 'stopped');
  assert.deepEqual(namesOf(receiver), [
    'START stopped',
    'START stopped.wait',
    'ABORT stopped.wait',
    'ABORT stopped',
  ]);
});

test('a receiver that hangs, breaks off and refuses an event holds up no run, and gets everything else', async (t) => {
  const { type } = steps();
  const engine = await testEngine(t, [type]);
  const receiver = await startHttpReceiver(t);
  const keyFile = path.join(engine.dagsDir, 'lineage.key');
  await writeFile(keyFile, 'canary-key\n');
  const told: string[] = [];
  const note = (message: string, facts?: object) => void told.push(`${message} ${JSON.stringify(facts)}`);
  const log = { debug: note, info: note, warn: note, error: note };
  await engine.writeDag('held', stepDag('held', ['task_id: one', 'task_id: two, depends_on: [one]']));
  receiver.answer(() => undefined);
  await engine.startWorker({
    log,
    env: { STOCKFLOW_OPENLINEAGE_URL: receiver.url, STOCKFLOW_OPENLINEAGE_API_KEY_FILE: keyFile },
  });
  await engine.run('held');
  await until('an event without an answer', async () => (receiver.received.length === 1 ? true : null));
  assert.equal(receiver.taken.length, 0, 'the run has ended, although nothing was taken');

  receiver.answer((response, { body }) => {
    const { name } = runEvent.parse(JSON.parse(body)).job;
    response.writeHead(name === 'held.one' ? 422 : 200).end();
  });
  receiver.drop();
  // What is waited between the tries is shortened, not slept.
  await until('the failure to be stored', async () => {
    const { rowCount } = await engine.pool.query(
      'update stockflow.feed_run set next_at = now() where failing_since is not null',
    );
    return rowCount === 1 ? true : null;
  });
  await whenTold(receiver, 'held');
  assert.deepEqual(namesOf(receiver), ['START held', 'START held.two', 'COMPLETE held.two', 'COMPLETE held']);
  assert.equal(receiver.received[0]?.headers.authorization, 'Bearer canary-key');
  assert.equal(told.filter((line) => line.includes('refused an event')).length, 2);
  assert.ok(!told.join('\n').includes('canary-key'));
});

test('a receiver that failed for a day is given up for that run, which is said', async (t) => {
  const { type } = steps();
  const engine = await testEngine(t, [type]);
  const receiver = await startHttpReceiver(t);
  receiver.answer(answering(503));
  const told: string[] = [];
  const note = (message: string) => void told.push(message);
  await engine.writeDag('lost', stepDag('lost', ['task_id: one']));
  const log = { debug: note, info: note, warn: note, error: note };
  await engine.startWorker({ log, env: { STOCKFLOW_OPENLINEAGE_URL: receiver.url } });
  await engine.run('lost');
  // A day passes.
  const aged = `update stockflow.feed_run set next_at = now(), failing_since = failing_since - interval '1 day' where failing_since > now() - interval '1 hour'`;
  await until('a failure', async () => ((await engine.pool.query(aged)).rowCount === 1 ? true : null));
  const given = await until('the run to be given up', async () => {
    const { rows } = await engine.pool.query<{ errorText: string }>(
      'select error_text as "errorText" from stockflow.feed_run where given_up_at is not null',
    );
    return rows[0] ?? null;
  });
  assert.equal(given.errorText, `${receiver.url} answered 503`);
  const [failing] = await failingFeeds(engine.pool);
  assert.deepEqual(
    [failing?.feed, failing?.count, failing?.errorText, failing?.nextAttemptAt],
    ['lineage', 1, `${receiver.url} answered 503`, null],
  );
  assert.ok(told.includes('the receiver of a feed failed for a day; the rest of the run is not sent'));
});

test('what a worker that was killed had not told is told by another, also of a run that ended meanwhile', async (t) => {
  const { type } = steps();
  const engine = await testEngine(t, [type]);
  const receiver = await startHttpReceiver(t);
  await engine.writeDag('quiet', stepDag('quiet', ['task_id: one']));
  const silent = await engine.startWorker();
  await engine.run('quiet');
  await silent.stop();
  // As a worker leaves it that was killed while it told of the run.
  await engine.pool.query(
    `insert into stockflow.feed_run (feed, run_id, next_at) select 'lineage', run_id, now() + interval '1 s' from stockflow.dag_run`,
  );
  await engine.startWorker({ env: { STOCKFLOW_OPENLINEAGE_URL: receiver.url } });
  await whenTold(receiver, 'quiet');
  assert.deepEqual(namesOf(receiver), [
    'START quiet',
    'START quiet.one',
    'COMPLETE quiet.one',
    'COMPLETE quiet',
  ]);
});
