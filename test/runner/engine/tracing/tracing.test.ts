/** The trace of a run, as OpenTelemetry's own SDK receives it from workers of this process. */
import assert from 'node:assert/strict';
import { pipeline } from 'node:stream/promises';
import { after, test } from 'node:test';
import { context, SpanStatusCode, trace } from '@opentelemetry/api';
import {
  InMemorySpanExporter,
  ParentBasedSampler,
  type ReadableSpan,
  SimpleSpanProcessor,
  TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace-base';
import { NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import { from as copyFrom } from 'pg-copy-streams';
import { cancelRun, clearTasks } from '../../../../runner/engine/operator/operator.ts';
import { triggerRun } from '../../../../runner/engine/operator/trigger.ts';
import { DeferTask } from '../../../../runner/task.ts';
import { RunIdGenerator } from '../../../../runner/tracing.ts';
import { testEngine } from '../../../support/engine/engine.ts';
import { gate, stepDag, steps, untilAborted } from '../../../support/engine/task_types.ts';
import { skipWithoutOpenssh, startOpenssh } from '../../../support/sftp/openssh.ts';
import { until } from '../../../support/until.ts';

const exporter = new InMemorySpanExporter();
const settings = { idGenerator: new RunIdGenerator(), spanProcessors: [new SimpleSpanProcessor(exporter)] };
new NodeTracerProvider(settings).register();

after(() => {
  trace.disable();
  context.disable();
});

const by = { actor: 'operator', channel: 'cli' } as const;

function spansOf(dagId: string): readonly ReadableSpan[] {
  const spans = exporter.getFinishedSpans();
  const root = spans.find(({ name }) => name === dagId);
  return root === undefined ? [] : spans.filter((span) => traceOf(span) === traceOf(root));
}

const traceOf = (span: ReadableSpan) => span.spanContext().traceId;
const idOf = (span: ReadableSpan) => span.spanContext().spanId;

/** Waits until the span of the whole run was made, and returns the spans of its trace. */
const tracedRun = (dagId: string) =>
  until(`the trace of ${dagId}`, async () => {
    const spans = spansOf(dagId);
    return spans.length === 0 ? null : spans;
  });

function only(
  spans: readonly ReadableSpan[],
  name: string,
  where: Record<string, unknown> = {},
): ReadableSpan {
  const found = spans.filter(
    (span) =>
      span.name === name && Object.entries(where).every(([key, value]) => span.attributes[key] === value),
  );
  assert.equal(
    found.length,
    1,
    `${found.length} spans ${name} of ${spans.map((span) => span.name).join(', ')}`,
  );
  const [span] = found;
  if (span === undefined) throw new Error(name);
  return span;
}

test('a run of two workers is one trace with one root and one span for each attempt, retries and deferrals included', async (t) => {
  const { type, on, startsOf } = steps();
  const engine = await testEngine(t, [type]);
  on('flaky', ({ attempt }) => {
    if (attempt.number === 1) throw new Error('no answer from the till');
    return { answered: true };
  });
  on('sensor', ({ now }) => {
    if (startsOf('sensor') < 3) throw new DeferTask(now(), 'not there yet');
    return undefined;
  });
  await engine.writeDag(
    'night',
    stepDag('night', [
      'task_id: flaky, retries: 1, retry_delay: 1s',
      'task_id: sensor',
      'task_id: last, depends_on: [flaky, sensor]',
    ]),
  );
  await engine.startWorker({ concurrency: 1, turnMs: 0 });
  await engine.startWorker({ concurrency: 1, turnMs: 0 });
  const { run } = await engine.run('night');
  const spans = await tracedRun('night');

  assert.deepEqual(spans.map(({ name }) => name).toSorted(), [
    'night',
    'night.flaky',
    'night.flaky',
    'night.last',
    'night.sensor',
  ]);
  const root = only(spans, 'night');
  assert.equal(root.parentSpanContext, undefined);
  for (const span of spans) if (span !== root) assert.equal(span.parentSpanContext?.spanId, idOf(root));
  assert.equal(root.attributes['stockflow.run_id'], run.runId);
  assert.equal(root.attributes['stockflow.business_date'], run.businessDate.toString());
  assert.equal(root.attributes['stockflow.state'], 'success');
  assert.equal(root.startTime[0], Math.trunc((run.startedAt?.epochMilliseconds ?? 0) / 1000));
  const failed = only(spans, 'night.flaky', { 'stockflow.attempt': 1 });
  assert.deepEqual(failed.status, { code: SpanStatusCode.ERROR, message: 'no answer from the till' });
  assert.equal(failed.attributes['error.type'], 'Error');
  assert.equal(only(spans, 'night.flaky', { 'stockflow.attempt': 2 }).status.code, SpanStatusCode.OK);
  assert.equal(only(spans, 'night.sensor').attributes['stockflow.poll_count'], 3);
});

test('what a task asks of its connections is below its attempt, by name and size and without a value', async (t) => {
  const { type, on } = steps();
  const engine = await testEngine(t, [type]);
  await engine.pool.query('create table count (sku text primary key, quantity integer)');
  on('load', async ({ connections, files }) => {
    const pool = await connections.postgres('shop');
    await pool.query('insert into count values ($1, $2)', ['canary-value', 3]);
    const client = await pool.connect();
    try {
      await client.query('begin');
      await pipeline(['A1,2\nA2,5\n'], client.query(copyFrom('copy count from stdin with (format csv)')));
      await client.query('commit');
    } finally {
      client.release();
    }
    await assert.rejects(pool.query("select * from nowhere where sku = 'canary-literal'"));
    await files.publish('artifact:counts.csv', 'sku,quantity\nA1,2\n', { rows: 1 });
    await files.read('artifact:counts.csv');
    for await (const chunk of (await files.open('artifact:counts.csv')).chunks())
      assert.equal(chunk.length, 18);
    return null;
  });
  await engine.writeDag('load', stepDag('load', ['task_id: load']));
  await engine.startWorker({ env: { STOCKFLOW_CONN_SHOP: engine.url } });
  assert.equal((await engine.run('load')).run.state, 'success');
  const spans = await tracedRun('load');

  const attempt = only(spans, 'load.load');
  const below = spans.filter(({ parentSpanContext }) => parentSpanContext?.spanId === idOf(attempt));
  assert.deepEqual(
    below.map(({ name }) => name),
    [
      'INSERT count',
      'BEGIN',
      'COPY count',
      'COMMIT',
      'SELECT nowhere',
      'artifact publish',
      'artifact read',
      'artifact open',
      'artifact read',
    ],
  );
  const insert = only(below, 'INSERT count');
  const url = new URL(engine.url);
  assert.equal(insert.attributes['db.system.name'], 'postgresql');
  assert.equal(insert.attributes['db.namespace'], url.pathname.slice(1));
  assert.equal(insert.attributes['server.address'], url.hostname);
  assert.equal(insert.attributes['stockflow.rows'], 1);
  const refused = only(below, 'SELECT nowhere');
  assert.equal(refused.attributes['db.response.status_code'], '42P01');
  assert.equal(refused.status.code, SpanStatusCode.ERROR);
  const published = only(below, 'artifact publish');
  assert.equal(published.attributes['file.size'], 18);
  assert.equal(published.attributes['stockflow.rows'], 1);
  const all = JSON.stringify(
    spans.map(({ name, attributes, events, status }) => ({ name, attributes, events, status })),
  );
  assert.ok(!all.includes('canary'), all);
});

test('a transfer over SFTP names its server, its path and its size, and fails in the words of the history', {
  skip: skipWithoutOpenssh(),
}, async (t) => {
  const { type, on } = steps();
  const engine = await testEngine(t, [type]);
  const server = await startOpenssh();
  t.after(() => server[Symbol.asyncDispose]());
  const url = `sftp://${server.user}@127.0.0.1:${server.port}${server.rootDir}?host_key=${server.fingerprint}&private_key_file=${server.privateKeyFile}`;
  let failure = '';
  on('send', async ({ files }) => {
    await files.publish('sftp://partner/out/counts.csv', new TextEncoder().encode('sku,quantity\nA1,2\n'));
    for await (const _ of (await files.open('sftp://partner/out/counts.csv')).chunks());
    await files.open('sftp://partner/out/gone.csv').catch((error: Error) => {
      failure = error.message;
    });
    return (await files.list('sftp://partner/out/*.csv')).length;
  });
  await engine.writeDag('send', stepDag('send', ['task_id: send']));
  await engine.startWorker({ env: { STOCKFLOW_CONN_PARTNER: url } });
  assert.equal((await engine.run('send')).run.state, 'success');
  const spans = await tracedRun('send');
  const published = only(spans, 'sftp publish');
  assert.equal(published.attributes['server.address'], '127.0.0.1');
  assert.equal(published.attributes['server.port'], server.port);
  assert.equal(published.attributes['file.path'], `${server.rootDir}/out/counts.csv`);
  assert.equal(published.attributes['file.size'], 18);
  assert.equal(only(spans, 'sftp read').attributes['stockflow.bytes_read'], 18);
  assert.equal(only(spans, 'sftp list').attributes['stockflow.file_count'], 1);
  const gone = only(spans, 'sftp open', { 'stockflow.location': 'sftp://partner/out/gone.csv' });
  assert.equal(gone.attributes['error.type'], 'ConnectionError');
  assert.equal(gone.status.message, failure);
});

test('a span that a task starts itself is below its attempt', async (t) => {
  const { type, on } = steps();
  const engine = await testEngine(t, [type]);
  on('own', async () => {
    trace.getTracer('a task').startActiveSpan('weigh', (span) => span.end());
    return null;
  });
  await engine.writeDag('own', stepDag('own', ['task_id: own']));
  await engine.startWorker();
  await engine.run('own');
  const spans = await tracedRun('own');
  assert.equal(only(spans, 'weigh').parentSpanContext?.spanId, idOf(only(spans, 'own.own')));
});

test('a cancelled run has its span, and a run that was cleared continues its trace below the same root', async (t) => {
  const { type, on } = steps();
  const engine = await testEngine(t, [type]);
  const { opened, open } = gate();
  on('wait', async ({ signal, attempt }) => {
    if (attempt.number > 1) return null;
    open();
    return await untilAborted(signal);
  });
  await engine.writeDag('twice', stepDag('twice', ['task_id: wait']));
  await engine.startWorker();
  const { runId } = await triggerRun(engine.pool, {
    ...{ dagId: 'twice', date: null, params: {}, timeEdges: 'keep', by, reason: null },
  });
  await opened;
  await cancelRun(engine.pool, runId, { by, reason: 'wrong date' });
  const spans = await tracedRun('twice');
  assert.equal(only(spans, 'twice').attributes['stockflow.state'], 'cancelled');
  assert.equal(only(spans, 'twice.wait').attributes['stockflow.state'], 'cancelled');

  await clearTasks(engine.pool, runId, {
    by,
    reason: 'right date',
    taskId: 'wait',
    downstream: false,
    onlyFailed: false,
  });
  const again = await until(
    'the span of the second end',
    async () => spansOf('twice').find(({ name }) => name === 'twice again') ?? null,
  );
  assert.equal(again.parentSpanContext?.spanId, idOf(only(spansOf('twice'), 'twice')));
  assert.equal(again.attributes['stockflow.state'], 'success');
  assert.equal(
    only(spansOf('twice'), 'twice.wait', { 'stockflow.attempt': 2 }).status.code,
    SpanStatusCode.OK,
  );
});

test('the sampler decides once for a whole run, in every process alike', async (t) => {
  const { type, on } = steps();
  const engine = await testEngine(t, [type]);
  on('one', async ({ files }) => (await files.publish('artifact:a', 'a')).bytes);
  await engine.writeDag(
    'sampled',
    stepDag('sampled', ['task_id: one', 'task_id: two, depends_on: [one]'], ['max_active_runs: 16']),
  );
  trace.disable();
  const kept = new InMemorySpanExporter();
  const provider = new NodeTracerProvider({
    idGenerator: new RunIdGenerator(),
    spanProcessors: [new SimpleSpanProcessor(kept)],
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(0.5) }),
  });
  trace.setGlobalTracerProvider(provider);
  t.after(() => {
    trace.disable();
    trace.setGlobalTracerProvider(new NodeTracerProvider(settings));
  });
  const workers = [await engine.startWorker(), await engine.startWorker()];
  await Promise.all(Array.from({ length: 16 }, () => engine.run('sampled')));
  for (const worker of workers) await worker.stop();
  const sizes = [...Map.groupBy(kept.getFinishedSpans(), traceOf).values()].map(({ length }) => length);
  assert.ok(sizes.length > 0 && sizes.length < 16, `${sizes.length} of 16 runs`);
  assert.deepEqual(new Set(sizes), new Set([4]), 'the run, two attempts, and what one of them published');
});

test('an SDK without the id generator makes no spans, and is told so once', async (t) => {
  const { type } = steps();
  const engine = await testEngine(t, [type]);
  const made = new InMemorySpanExporter();
  trace.disable();
  trace.setGlobalTracerProvider(new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(made)] }));
  t.after(() => {
    trace.disable();
    trace.setGlobalTracerProvider(new NodeTracerProvider(settings));
  });
  const warnings: string[] = [];
  const silent = () => undefined;
  const log = {
    debug: silent,
    info: silent,
    error: silent,
    warn: (message: string) => void warnings.push(message),
  };
  const worker = await engine.startWorker({ log });
  await engine.writeDag('bare', stepDag('bare', ['task_id: one']));
  await engine.run('bare');
  await worker.stop();
  assert.deepEqual(warnings.filter((message) => message.includes('RunIdGenerator')).length, 1);
  assert.equal(worker.engine.tracing, null);
  assert.deepEqual(made.getFinishedSpans(), []);
});
