import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import type { Pool } from 'pg';
import { withTransaction } from '../../../runner/connections/postgres/connect.ts';
import { recordEvents } from '../../../runner/store/event/event.ts';
import { EVENTS_PER_SEAL, sealEvents } from '../../../runner/store/event/seal.ts';
import { checkSeals } from '../../../runner/store/event/seal_check.ts';
import { type Lifetime, testDatabase } from '../../support/postgres/database.ts';
import { until } from '../../support/until.ts';

const BY = { actor: 'jane', channel: 'cli' } as const;

async function database(lifetime: Lifetime): Promise<Pool> {
  const { pool } = await testDatabase(lifetime, { migrations: ['runner'] });
  return pool;
}

async function record(pool: Pool, count: number): Promise<void> {
  const events = Array.from({ length: count }, (_, index) => ({
    action: 'task.marked',
    dagId: 'd',
    runId: 7,
    taskId: `t${index}`,
    mapIndex: index,
    reason: 'says "so", she does',
    before: { state: 'failed', n: 1.5 },
    after: { state: 'success' },
  }));
  await recordEvents(pool, BY, events);
}

const seal = (pool: Pool) => withTransaction(pool, sealEvents);

/** As a superuser who can switch off every trigger. */
async function tamper(pool: Pool, statement: string): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query('begin');
    await client.query(`set local session_replication_role = 'replica'`);
    await client.query(statement);
    await client.query('commit');
  } finally {
    client.release(true);
  }
}

async function problemsOf(pool: Pool, head: string | null = null) {
  const { problems, problemCount } = await checkSeals(pool, head);
  assert.equal(problems.length, problemCount);
  return problems.map(({ sealId, eventId, what }) => [sealId, eventId, what.split(': ').at(-1)]);
}

/** Three seals of 3, 2 and 3 events, each made when nothing could be added to the ids of the one before. */
async function sealedHistory(pool: Pool): Promise<void> {
  for (const count of [3, 2, 3]) {
    await record(pool, count);
    await seal(pool);
    await untilDecided(pool);
  }
}

/** Other tests' transactions run on the same server, and those that are older than a seal hold its ids open. */
async function untilDecided(pool: Pool): Promise<void> {
  await until('every transaction that is older than the last seal to end', async () => {
    const { rows } = await pool.query<{ decided: boolean }>(
      `select max(transaction_id::text::bigint) < pg_snapshot_xmin(pg_current_snapshot())::text::bigint as decided
         from stockflow.event_seal`,
    );
    return rows[0]?.decided === true ? true : null;
  });
}

test('what was committed is sealed, each seal names the one before, and the rest is told as unsealed', async (t) => {
  const pool = await database(t);
  assert.equal(await seal(pool), null);
  assert.equal((await checkSeals(pool, null)).head, null);
  await record(pool, 2);
  const first = await seal(pool);
  assert.deepEqual([first?.sealId, first?.eventCount], [1, 2]);
  assert.equal(await seal(pool), null, 'nothing is sealed twice');
  await record(pool, 1);
  const second = await seal(pool);
  await record(pool, 4);
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
        `[${index + 1}, "${at}", "jane", "cli", "task.marked", "d", 7, "t${index}", ${index}, "says \\"so\\", she does", ` +
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
