import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { FailTask } from '../../../../runner/task.ts';
import { testEngine } from '../../../support/engine/engine.ts';
import { stepDag, steps } from '../../../support/engine/task_types.ts';
import { until } from '../../../support/until.ts';
import { actingSite, PERSON } from '../acting_site.ts';

const { type, on } = steps();
on('check', () => {
  const clear = { label: 'pass over the check', scope: 'failed', params: { note: null } } as const;
  throw new FailTask('the file has 900 rows', { remedy: { clear } });
});
const engine = await testEngine({ after }, [type]);
await engine.writeDag(
  'nightly',
  stepDag(
    'nightly',
    ['task_id: check, retries: 0'],
    ['params: {note: {type: string, default: "", description: a note}}'],
  ),
);
await engine.writeDag('always', stepDag('always', ['task_id: idle']));
await engine.startWorker();
const { run } = await engine.run('nightly');
const operator = actingSite(engine, 'operator');
const viewer = actingSite(engine, 'viewer');

test('the first page has what the failed task proposes beside the retry, and neither for a viewer', async () => {
  const { body } = await operator.read('/');
  const override = `href="/runs/${run.runId}/tasks/check/override">Pass over the check…</a>`;
  assert.ok(body.includes(override), body);
  assert.ok(body.indexOf('Retry check') < body.indexOf(override));
  const seen = (await viewer.read('/')).body;
  assert.match(seen, /the file has 900 rows/);
  assert.doesNotMatch(seen, /Pass over the check|Retry check/);
});

test('a DAG with a problem stands first in the table, and one that is paused says by whom and why', async () => {
  await operator.send('/dags/always/pause', { reason: 'stock-taking until Monday' });
  const { body } = await operator.read('/');
  const rows = [...body.matchAll(/<th scope="row"><a class="mono" href="\/dags\/(\w+)">/g)];
  assert.deepEqual(
    rows.map(([, dagId]) => dagId),
    ['nightly', 'always'],
  );
  assert.ok(body.includes(`paused by ${PERSON}: stock-taking until Monday`), body);
});

test('the foot says until when the history is sealed', async () => {
  await until('a seal', async () => {
    const { body } = await operator.read('/');
    return body.includes('history sealed to <time') ? body : null;
  });
});
