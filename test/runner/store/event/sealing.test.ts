import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { recordEvents } from '../../../../runner/store/event/event.ts';
import { checkSeals } from '../../../../runner/store/event/seal_check.ts';
import { sealState } from '../../../../runner/store/event/seal_state.ts';
import { BY, database, problemsOf, record, seal } from './history.ts';

test('what was committed is sealed, each seal names the one before, and the rest is reported as unsealed', async (t) => {
  const pool = await database(t);
  assert.equal(await seal(pool), null);
  assert.equal((await checkSeals(pool, null)).head, null);
  assert.equal((await sealState(pool)).seal, null);
  await record(pool, 2);
  const first = await seal(pool);
  assert.deepEqual([first?.sealId, first?.eventCount], [1, 2]);
  assert.equal(await seal(pool), null, 'nothing is sealed twice');
  await record(pool, 1);
  const second = await seal(pool);
  assert.deepEqual([(await sealState(pool)).unsealed, (await sealState(pool)).unsealedSince], [0, null]);
  await record(pool, 4);
  const state = await sealState(pool);
  assert.deepEqual([state.seal?.hash, state.unsealed], [second?.hash, 4]);
  const checked = await checkSeals(pool, first?.hash ?? '');
  assert.deepEqual(
    [checked.seals, checked.sealedEvents, checked.unsealedEvents, checked.problemCount],
    [2, 3, 4, 0],
  );
  assert.deepEqual([checked.head?.hash, checked.noted?.sealId], [second?.hash, 1]);
  const { rows } = await pool.query(
    'select seal_id, event_ids, first_event_id, last_event_id, events, previous_hash from audit.event_seal order by seal_id',
  );
  assert.deepEqual(rows, [
    {
      seal_id: 1,
      event_ids: [1, 2],
      first_event_id: 1,
      last_event_id: 2,
      events: 2,
      previous_hash: '0'.repeat(64),
    },
    {
      seal_id: 2,
      event_ids: [3],
      first_event_id: 3,
      last_event_id: 3,
      events: 1,
      previous_hash: first?.hash,
    },
  ]);
});

test('the hashes are those that anyone can work out from the rows without Postgres', async (t) => {
  const pool = await database(t);
  await record(pool, 2);
  const made = await seal(pool);
  const { rows: events } = await pool.query<{ text: string; at: string; transaction_id: string }>(
    `select before::text as text, transaction_id::text,
            to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as at from audit.event order by event_id`,
  );
  const sha256s = events.map(({ at, transaction_id }, index) =>
    createHash('sha256')
      .update(
        `[${index + 1}, "${at}", "night_shift", "cli", "task.marked", "d", 7, "t${index}", ${index}, "says \\"so\\", she does", ` +
          `{"n": 1.5, "state": "failed"}, {"state": "success"}, "${transaction_id}"]`,
      )
      .digest(),
  );
  const { rows: seals } = await pool.query<{ at: string; transaction_id: string }>(
    `select transaction_id::text, to_char(sealed_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as at
       from audit.event_seal`,
  );
  const head = `[1, "${seals[0]?.at}", "${seals[0]?.transaction_id}", 2, 0, "${'0'.repeat(64)}", [1,2]]`;
  const expected = createHash('sha256')
    .update(Buffer.concat([Buffer.from(head), ...sha256s]))
    .digest('hex');
  assert.equal(made?.hash, expected);
});

test('an event that commits late, below ids that are sealed, is in the next seal and is no problem', async (t) => {
  const pool = await database(t);
  const late = await pool.connect();
  await late.query('begin');
  await recordEvents(late, BY, [{ action: 'dag.paused' }]);
  await record(pool, 2);
  assert.equal((await seal(pool))?.eventCount, 2);
  assert.equal(await seal(pool), null);
  await record(pool, 1);
  await late.query('commit');
  late.release();
  assert.equal((await checkSeals(pool, null)).unsealedEvents, 2);
  await seal(pool);
  const { rows } = await pool.query('select event_ids from audit.event_seal order by seal_id');
  assert.deepEqual(
    rows.map(({ event_ids }) => event_ids),
    [
      [2, 3],
      [1, 4],
    ],
  );
  assert.deepEqual(await problemsOf(pool), []);
});

test('ids that were never committed leave a gap that is no problem', async (t) => {
  const pool = await database(t);
  await record(pool, 1);
  const lost = await pool.connect();
  await lost.query('begin');
  await recordEvents(lost, BY, [{ action: 'dag.paused' }]);
  await lost.query('rollback');
  lost.release();
  await record(pool, 1);
  await seal(pool);
  assert.deepEqual(await problemsOf(pool), []);
});
