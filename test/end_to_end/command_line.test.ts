import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { z } from 'zod';
import { DAG_ID } from '../../demo/night.ts';
import { isSound } from '../../demo/report/report.ts';
import { cliProject } from '../runner/commands/cli_project.ts';
import { testNight } from '../support/night/night.ts';
import { omsDigest } from '../support/night/oms.ts';
import { nightEnvironment } from '../support/night/worker.ts';

/** There is no worker except the command's own. */
const night = await testNight({ after });
const project = await cliProject({ after }, nightEnvironment(night));
const COMMAND = [
  'trigger',
  DAG_ID,
  '--date',
  '2025-01-15',
  '--time-edges',
  'collapse',
  '--local',
  '-o',
  'json',
];
const shown = z.object({
  run: z.object({ run_id: z.int(), state: z.string() }),
  tasks: z.array(z.object({ task_id: z.string(), state: z.string(), error_text: z.string().nullish() })),
});

test('a night without a connection exits 1 and names the variable on stderr', async () => {
  const before = await omsDigest(night.pool);
  const { code, stdout, stderr } = await project.run(COMMAND, { STOCKFLOW_CONN_OMS: '' });
  assert.equal(code, 1, stderr);
  assert.equal(shown.parse(JSON.parse(stdout)).run.state, 'failed');
  assert.match(stderr, /STOCKFLOW_CONN_OMS is not set/);
  assert.deepEqual(await omsDigest(night.pool), before);
});

test('a night without its file exits 1 and says on stderr what was not there', async () => {
  await night.site.clearOutgoing();
  const before = await omsDigest(night.pool);
  const { code, stdout, stderr } = await project.run(COMMAND);
  assert.equal(code, 1, stderr);
  assert.equal(shown.parse(JSON.parse(stdout)).run.state, 'failed');
  assert.match(
    stderr,
    /no file at .* for 2025-01-15: nothing is there; the deadline was 2025-01-15T10:00:00Z/,
  );
  assert.deepEqual(await omsDigest(night.pool), before);
});

test('a good night exits 0, every count is right, and its report names the changes that `changes` lists first', async () => {
  await night.site.putReset({ snapshotAt: night.snapshotAt, content: night.file });
  const { code, stdout, stderr } = await project.run(COMMAND);
  assert.equal(code, 0, stderr);
  const { run } = shown.parse(JSON.parse(stdout));
  assert.equal(run.state, 'success');
  const report = await night.report(await night.ended(run.run_id));
  assert.ok(isSound(report));

  const changes = await project.run(['changes', String(run.run_id), '-o', 'json']);
  assert.equal(changes.code, 0, changes.stderr);
  const listed = z.object({ changes: z.array(z.unknown()) }).parse(JSON.parse(changes.stdout));
  assert.equal(report.night?.largest.length, 5, 'the report names the five largest');
  assert.deepEqual(report.night?.largest, listed.changes.slice(0, 5), 'by the definition of `changes`');
});
