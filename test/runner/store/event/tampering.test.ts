import assert from 'node:assert/strict';
import { test } from 'node:test';
import { recordEvents } from '../../../../runner/store/event/event.ts';
import { EVENTS_PER_SEAL } from '../../../../runner/store/event/seal.ts';
import { checkSeals } from '../../../../runner/store/event/seal_check.ts';
import { BY, database, problemsOf, record, seal, sealedHistory, tamper } from './history.ts';

for (const { what, statement, found } of [
  {
    what: 'an edited event',
    statement: `update stockflow.event set reason = 'x' where event_id = 4`,
    found: [[2, 4, 'edited']],
  },
  {
    what: 'an event dated back by a microsecond',
    statement: `update stockflow.event set at = at - interval '1 microsecond' where event_id = 8`,
    found: [[3, 8, 'edited']],
  },
  {
    what: 'a deleted event',
    statement: 'delete from stockflow.event where event_id in (1, 7)',
    found: [
      [1, 1, 'deleted'],
      [3, 7, 'deleted'],
    ],
  },
  {
    what: 'an edited seal',
    statement: `update stockflow.event_seal set sealed_at = sealed_at - interval '1 day' where seal_id = 2`,
    found: [[2, null, 'edited']],
  },
  {
    what: 'a deleted seal',
    statement: 'delete from stockflow.event_seal where seal_id = 2',
    found: [
      [3, null, 'deleted'],
      [null, 4, 'inserted'],
      [null, 5, 'inserted'],
    ],
  },
  {
    what: 'a deleted first seal with its events',
    statement: `with gone as (delete from stockflow.event where event_id <= 3) delete from stockflow.event_seal where seal_id = 1`,
    found: [[2, null, 'deleted']],
  },
  {
    what: 'an edited event whose seal was made to fit it',
    statement: `
      update stockflow.event set actor = 'joe' where event_id = 5;
      update stockflow.event_seal s set event_sha256[2] = sha256(convert_to(json_build_array(e.event_id,
               to_char(e.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), e.actor, e.channel, e.action, e.dag_id, e.run_id,
               e.task_id, e.map_index, e.reason, e.before, e.after, e.transaction_id::text)::text, 'UTF8'))
        from audit.event e where e.event_id = 5 and s.seal_id = 2;
      update stockflow.event_seal s set hash = encode(sha256(convert_to(json_build_array(s.seal_id,
               to_char(s.sealed_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), s.transaction_id::text, s.highest_event_id,
               s.closed_event_id, s.previous_hash, s.event_ids)::text, 'UTF8') || s.event_sha256[1] || s.event_sha256[2]), 'hex')
       where s.seal_id = 2`,
    found: [[3, null, 'replaced']],
  },
]) {
  test(`verification finds ${what}, made by a superuser with the triggers off`, async (t) => {
    const pool = await database(t);
    await sealedHistory(pool);
    assert.deepEqual(await problemsOf(pool), []);
    await tamper(pool, statement);
    assert.deepEqual(await problemsOf(pool), found);
  });
}

test('an event inserted with the id of an old one is found at once, and after the next seal as well', async (t) => {
  const pool = await database(t);
  await sealedHistory(pool);
  await pool.query(`select nextval('stockflow.event_event_id_seq')`);
  await record(pool, 1);
  await seal(pool);
  await pool.query(
    `insert into stockflow.event (event_id, actor, channel, action) overriding system value values (9, 'x', 'cli', 'x')`,
  );
  assert.deepEqual(await problemsOf(pool), [[null, 9, 'inserted']]);
  await record(pool, 1);
  await seal(pool);
  assert.deepEqual(await problemsOf(pool), [[5, 9, 'inserted']]);
});

test('an event inserted into the ids that a transaction still holds open is found once it is sealed', async (t) => {
  const pool = await database(t);
  await record(pool, 1);
  const open = await pool.connect();
  await open.query('begin');
  await recordEvents(open, BY, [{ action: 'dag.paused' }]);
  await pool.query(`select nextval('stockflow.event_event_id_seq')`);
  await record(pool, 1);
  await seal(pool);
  await pool.query(
    `insert into stockflow.event (event_id, actor, channel, action) overriding system value values (3, 'x', 'cli', 'x')`,
  );
  assert.deepEqual(await problemsOf(pool), [[null, 3, 'inserted']]);
  await seal(pool);
  assert.deepEqual(await problemsOf(pool), [[2, 3, 'inserted']]);
  await open.query('commit');
  open.release();
  await seal(pool);
  assert.deepEqual(await problemsOf(pool), [[2, 3, 'inserted']]);
});

test('an event inserted with an old id is found also when its transaction is dated back', async (t) => {
  const pool = await database(t);
  await pool.query(`select nextval('stockflow.event_event_id_seq')`);
  await sealedHistory(pool);
  await tamper(
    pool,
    `insert into stockflow.event (event_id, actor, channel, action, transaction_id) overriding system value
     select 1, 'x', 'cli', 'x', transaction_id from stockflow.event where event_id = 2`,
  );
  assert.deepEqual(await problemsOf(pool), [[null, 1, 'inserted']]);
  await record(pool, 1);
  await seal(pool);
  assert.deepEqual(await problemsOf(pool), [[null, 1, 'inserted']]);
});

test('many writers and sealers at once leave each event in one seal, and nothing to report', async (t) => {
  const pool = await database(t);
  const writers = Array.from({ length: 6 }, async (_, writer) => {
    for (let round = 0; round < 30; round += 1) {
      const tx = await pool.connect();
      await tx.query('begin');
      await recordEvents(tx, BY, [{ action: 'dag.paused' }, { action: 'dag.resumed' }]);
      if ((writer + round) % 4 === 0) await tx.query('select pg_sleep(0.01)');
      await tx.query((writer + round) % 7 === 0 ? 'rollback' : 'commit');
      tx.release();
    }
  });
  const all = Promise.all(writers);
  let isWriting = true;
  all.finally(() => {
    isWriting = false;
  });
  while (isWriting) {
    await seal(pool);
    assert.deepEqual(await problemsOf(pool), []);
  }
  await all;
  while ((await seal(pool)) !== null);
  const { problemCount, sealedEvents, unsealedEvents, seals } = await checkSeals(pool, null);
  const { rows } = await pool.query<{ events: number; listed: number; different: number }>(
    `select (select count(*) from stockflow.event) as events, count(*) as listed, count(distinct event_id) as different
       from (select unnest(event_ids) as event_id from stockflow.event_seal) s`,
  );
  assert.deepEqual([problemCount, unsealedEvents], [0, 0]);
  assert.ok(seals > 3);
  assert.deepEqual(rows, [{ events: sealedEvents, listed: sealedEvents, different: sealedEvents }]);
});

test('a last seal that was made anew is found by the hash that was noted elsewhere, and by nothing else', async (t) => {
  const pool = await database(t);
  await sealedHistory(pool);
  const noted = (await checkSeals(pool, null)).head?.hash ?? '';
  await tamper(
    pool,
    `delete from stockflow.event_seal where seal_id = 3; update stockflow.event set actor = 'joe' where event_id = 8`,
  );
  await seal(pool);
  assert.deepEqual(await problemsOf(pool), []);
  assert.deepEqual(await problemsOf(pool, noted), [[null, null, 'seals were changed or removed']]);
});

test('seals are only ever added, one chain of them, by one worker at a time', async (t) => {
  const pool = await database(t);
  await record(pool, 40);
  const made = await Promise.all(Array.from({ length: 8 }, () => seal(pool)));
  assert.equal(made.filter((sealed) => sealed !== null).length, 1);
  for (const statement of [
    'update stockflow.event_seal set seal_id = 2',
    'delete from stockflow.event_seal',
    'truncate stockflow.event_seal',
  ]) {
    await assert.rejects(pool.query(statement), /append-only/);
  }
  await assert.rejects(
    pool.query(`insert into stockflow.event_seal
                  (seal_id, sealed_at, transaction_id, event_ids, event_sha256, highest_event_id, closed_event_id, previous_hash, hash)
                select 2, sealed_at, transaction_id, event_ids, event_sha256, highest_event_id, closed_event_id, previous_hash, repeat('1', 64)
                  from stockflow.event_seal`),
    /one_chain_without_forks/,
  );
});

test('a backlog is sealed in portions, in the order of the ids', async (t) => {
  const pool = await database(t);
  await pool.query(
    `insert into stockflow.event (actor, channel, action) select 'x', 'cli', 'x' from generate_series(1, $1)`,
    [EVENTS_PER_SEAL + 5],
  );
  assert.equal((await seal(pool))?.eventCount, EVENTS_PER_SEAL);
  assert.equal((await seal(pool))?.eventCount, 5);
  assert.equal(await seal(pool), null);
  assert.deepEqual(await problemsOf(pool), []);
});
