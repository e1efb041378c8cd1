import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Pool } from 'pg';
import { SchemaMismatch } from '../../../../runner/store/schema/schema_mismatch.ts';
import { testEngine } from '../../../support/engine/engine.ts';
import { gate, stepDag, steps } from '../../../support/engine/task_types.ts';
import { until } from '../../../support/until.ts';
import { cliProject } from '../../commands/cli_project.ts';

/** As if a later version had migrated. */
async function applyLater(pool: Pool, version: number, compatibleFrom: number): Promise<void> {
  await pool.query(
    `insert into stockflow.migration (set_name, version, name, sha256, compatible_from)
     values ('runner', $1::integer, $1::integer || '_later.sql', '', $2)`,
    [version, compatibleFrom],
  );
}

async function newestVersion(pool: Pool): Promise<number> {
  const { rows } = await pool.query<{ version: number }>(
    'select max(version) as version from stockflow.migration',
  );
  return rows[0]?.version ?? 0;
}

function migrationsFinding(stdout: string): readonly [verdict: string, fix: string] {
  const finding = JSON.parse(stdout).find(({ check }: { check: string }) => check === 'migrations');
  return [finding.verdict, finding.fix];
}

test('a worker goes on beside a later schema that promises it; one that does not makes it finish its task, claim no more and end', async (t) => {
  const step = steps();
  const engine = await testEngine(t, [step.type]);
  const known = await newestVersion(engine.pool);
  await engine.writeDag('chain', stepDag('chain', ['task_id: a', 'task_id: b, depends_on: [a]']));
  const worker = await engine.startWorker();
  const { rows } = await engine.pool.query('select schema_version from stockflow.worker');
  assert.deepEqual(rows, [{ schema_version: known }]);

  await applyLater(engine.pool, 9001, known);
  assert.equal((await engine.run('chain')).run.state, 'success');
  const late = await engine.startWorker();
  await late.stop(0);

  const held = gate();
  step.on('a', async () => {
    await held.opened;
    return null;
  });
  const running = engine.run('chain');
  await until('the task to run', async () => (step.startsOf('a') === 2 ? true : null));
  await applyLater(engine.pool, 9002, 9002);
  const mismatch = await worker.unfit;
  assert.ok(mismatch instanceof SchemaMismatch);
  assert.equal(mismatch.kind, 'too_new');
  assert.match(
    mismatch.message,
    /it has the runner migration 9002_later\.sql, and works with versions that know 9002/,
  );
  held.open();
  await worker.stop();
  const { rows: tasks } = await engine.pool.query<{ line: string }>(
    `select task_id || ' ' || state as line from stockflow.task_instance order by task_instance_id`,
  );
  assert.deepEqual(
    tasks.map(({ line }) => line).slice(2),
    ['a success', 'b queued'],
    'it ended what ran, and claimed no more',
  );

  await assert.rejects(engine.startWorker(), SchemaMismatch);
  await engine.pool.query('delete from stockflow.migration where version > 9000');
  await engine.startWorker();
  assert.equal((await running).run.state, 'success', 'a worker that fits takes it over');
});

test('a worker refuses a database that is older than it', async (t) => {
  const engine = await testEngine(t, []);
  await engine.pool.query('delete from stockflow.migration where version = $1', [
    await newestVersion(engine.pool),
  ]);
  await assert.rejects(engine.startWorker(), /the database is older than this code/);
  assert.equal((await engine.pool.query('select from stockflow.worker')).rowCount, 0);
});

test('stockflow worker ends with 8 and says why when the database becomes too new for it, and is refused so from then on', async (t) => {
  const engine = await testEngine(t, []);
  const project = await cliProject(t, { DATABASE_URL: engine.url });
  const worker = project.start(['worker']);
  await worker.said('working; Ctrl-C stops');
  const known = await newestVersion(engine.pool);
  await applyLater(engine.pool, 9000, known);
  assert.equal((await project.run(['runs', 'list'])).code, 0);
  const migrated = await project.run(['migrate']);
  assert.deepEqual(
    [migrated.code, migrated.stderr],
    [
      0,
      'the database is that of a later version, which this one works with (9000_later.sql), and was left as it is; ' +
        'stockflow up schedules and works\n',
    ],
  );
  const warned = await project.run(['doctor', '-o', 'json']);
  assert.deepEqual(migrationsFinding(warned.stdout), [
    'warning',
    'finish the upgrade: bring this host to that version',
  ]);

  await applyLater(engine.pool, 9001, 9001);
  const ended = await worker.ended;
  assert.equal(ended.code, 8, ended.stderr);
  const why =
    /^error: the database is newer than this code: it has the runner migration 9001_later\.sql, .*; update Stockflow on this host$/m;
  assert.match(ended.stderr, why);
  const { rows } = await engine.pool.query('select stopped_at is not null as drained from stockflow.worker');
  assert.deepEqual(rows, [{ drained: true }]);

  for (const args of [['runs', 'list'], ['migrate'], ['migrate', '--dry-run']]) {
    const refused = await project.run(args);
    assert.deepEqual([refused.code, why.test(refused.stderr)], [8, true], refused.stderr);
  }
  const doctor = await project.run(['doctor', '-o', 'json']);
  assert.deepEqual(migrationsFinding(doctor.stdout), ['problem', 'update Stockflow on this host']);
});
