import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { findDag, lockDag, saveVersion, setCurrentVersion } from '../../../runner/store/dag/dag.ts';
import { testEngine } from '../../support/engine/engine.ts';
import { stepDag, steps } from '../../support/engine/task_types.ts';
import { until } from '../../support/until.ts';

test('who waited for the lock of a DAG sees the version that was put in force meanwhile', async () => {
  const engine = await testEngine({ after }, [steps().type]);
  const { pool } = engine;
  await engine.writeDag('nightly', stepDag('nightly', ['task_id: load']));
  const first = await pool.connect();
  const second = await pool.connect();
  try {
    await first.query('begin');
    await lockDag(first, 'nightly');
    const version = {
      dagId: 'nightly',
      sha256: 'b'.repeat(64),
      source: 'new',
      file: 'nightly.yaml',
      calendars: [],
    };
    const versionId = await saveVersion(first, version);
    await setCurrentVersion(first, 'nightly', { versionId, file: version.file, after: null });
    await second.query('begin');
    const waiting = lockDag(second, 'nightly');
    await until('the second to wait for the lock', async () => {
      const { rows } = await pool.query(
        `select from pg_stat_activity where wait_event_type = 'Lock' and query like '%no key update%'
            and datname = current_database()`,
      );
      return rows.length === 1;
    });
    await first.query('commit');
    const seen = await waiting;
    assert.equal(seen?.sha256, 'b'.repeat(64));
    assert.deepEqual(seen, await findDag(pool, 'nightly'));
    await second.query('commit');
  } finally {
    first.release();
    second.release();
  }
});
