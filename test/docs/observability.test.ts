/** The traces of worker processes that are set up as the documentation says. */
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { z } from 'zod';
import { loadTaskTypes } from '../../runner/engine/dags/task_types.ts';
import { triggerRun } from '../../runner/engine/operator/trigger.ts';
import { testEngine } from '../support/engine/engine.ts';
import {
  createEffectTables,
  effectsOf,
  FIXTURE_TASKS,
  openGate,
  startWorkerProcess,
} from '../support/engine/processes.ts';
import { startHttpReceiver } from '../support/http_receiver.ts';
import type { Lifetime } from '../support/postgres/database.ts';
import { until } from '../support/until.ts';
import { blocksOf, page, ROOT } from './pages.ts';

const span = z.object({
  pid: z.number(),
  name: z.string(),
  traceId: z.string(),
  spanId: z.string(),
  parentId: z.string().nullable(),
  attributes: z.record(z.string(), z.union([z.string(), z.number()])),
});

/** In the place of the exporter that the user installs, which is no part of this project: it sends JSON. */
const EXPORTER = `
export class OTLPTraceExporter {
  async export(spans, done) {
    const body = JSON.stringify(spans.map((span) => ({
      pid: process.pid, name: span.name, traceId: span.spanContext().traceId, spanId: span.spanContext().spanId,
      parentId: span.parentSpanContext?.spanId ?? null, attributes: span.attributes })));
    const response = await fetch(URL_OF_RECEIVER, { method: 'POST', body });
    done({ code: response.ok ? 0 : 1 });
  }
  async shutdown() {}
}`;

/** Writes the page's otel.ts, as it stands there, into a folder laid out as the project is. */
async function documentedSetUp(lifetime: Lifetime, receiverUrl: string): Promise<string> {
  const dir = await mkdtemp(path.join(tmpdir(), 'stockflow-otel-'));
  lifetime.after(() => rm(dir, { recursive: true }));
  const packages = path.join(dir, 'node_modules/@opentelemetry');
  const exporter = path.join(packages, 'exporter-trace-otlp-http');
  await mkdir(exporter, { recursive: true });
  await writeFile(path.join(exporter, 'package.json'), '{"type": "module", "exports": "./index.js"}');
  await writeFile(path.join(exporter, 'index.js'), EXPORTER.replace('URL_OF_RECEIVER', `'${receiverUrl}'`));
  for (const name of ['resources', 'sdk-trace-base', 'sdk-trace-node'])
    await symlink(path.join(ROOT, 'node_modules/@opentelemetry', name), path.join(packages, name));
  await symlink(path.join(ROOT, 'runner'), path.join(dir, 'runner'));
  const [block] = blocksOf(page('observability.md'), 'ts setup');
  const file = path.join(dir, 'otel.ts');
  await writeFile(file, block?.text ?? '');
  await writeFile(path.join(dir, 'package.json'), '{"type": "module"}');
  return file;
}

test('with otel.ts as documented, a run over two workers of which one is killed is one trace, isolated attempts included', async (t) => {
  const receiver = await startHttpReceiver(t);
  const nodeFlags = ['--import', await documentedSetUp(t, receiver.url)];
  const { byName } = await loadTaskTypes(FIXTURE_TASKS);
  const engine = await testEngine(t, [...byName.values()]);
  await createEffectTables(engine.pool);
  const yaml =
    'dag_id: night\ntimezone: UTC\nschedule: null\ntasks:\n' +
    '  - {task_id: held, type: effect, with: {gate: g}}\n' +
    '  - {task_id: last, type: effect, depends_on: [held]}\n';
  assert.deepEqual(await engine.writeDag('night', yaml), []);
  const killed = await startWorkerProcess(t, { url: engine.url, leaseMs: 1_000, nodeFlags });
  const { runId } = await triggerRun(engine.pool, {
    ...{ dagId: 'night', date: null, params: {}, timeEdges: 'keep', reason: null },
    by: { actor: 'operator', channel: 'cli' },
  });
  await until('held to start', async () => ((await effectsOf(engine.pool, runId)).length > 0 ? true : null));
  killed.signal('SIGKILL');
  await killed.ended;
  await openGate(engine.pool, 'g');
  const heir = await startWorkerProcess(t, { url: engine.url, leaseMs: 1_000, nodeFlags });
  assert.equal((await engine.ended(runId)).run.state, 'success');
  // The worker that was killed may have been about to tell of the run: then it is told of when its lease is over.
  await until('the run to be told of', async () => {
    const { rowCount } = await engine.pool.query(
      'select from stockflow.feed_run where closed_at is not null',
    );
    return rowCount === 1 ? true : null;
  });
  heir.signal('SIGTERM');
  assert.equal(await heir.ended, 0);

  const spans = receiver.taken.flatMap(({ body }) => z.array(span).parse(JSON.parse(body)));
  assert.deepEqual(new Set(spans.map(({ traceId }) => traceId)).size, 1);
  const roots = spans.filter(({ parentId }) => parentId === null);
  assert.deepEqual(
    roots.map(({ name }) => name),
    ['night'],
  );
  const attempts = spans.filter(({ parentId }) => parentId === roots[0]?.spanId);
  const described = attempts.map(
    ({ name, attributes }) => `${name} ${attributes['stockflow.attempt']} ${attributes['stockflow.state']}`,
  );
  assert.deepEqual(described.toSorted(), [
    'night.held 1 crashed',
    'night.held 2 success',
    'night.last 1 success',
  ]);
  const [crashed, second, last] = attempts.toSorted((a, b) => a.name.localeCompare(b.name));
  assert.equal(crashed?.attributes['error.type'], 'WorkerLost');
  assert.equal(crashed?.attributes['stockflow.worker.id'], killed.workerId);
  const below = (parent: typeof last) => spans.filter(({ parentId }) => parentId === parent?.spanId);
  // A task whose worker died runs in a process of its own, which sends its spans itself.
  assert.ok(below(second).some(({ name, pid }) => name === 'INSERT effect' && pid !== heir.pid));
  assert.ok(below(last).some(({ name, pid }) => name === 'INSERT effect' && pid === heir.pid));
});
