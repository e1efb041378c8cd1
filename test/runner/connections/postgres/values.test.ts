import assert from 'node:assert/strict';
import test, { after } from 'node:test';
import { testDatabase } from '../../../support/postgres/database.ts';

const { pool } = await testDatabase({ after });

async function one(sql: string, values: unknown[] = []): Promise<unknown> {
  const { rows } = await pool.query<{ value: unknown }>(`select ${sql} as value`, values);
  return rows[0]?.value;
}

test('an instant comes and goes as Temporal.Instant, whatever the zone of the session', async () => {
  const instant = Temporal.Instant.from('2026-03-08T06:59:59.123456Z');
  const client = await pool.connect();
  try {
    for (const zone of ['UTC', 'America/New_York', 'Asia/Kathmandu']) {
      await client.query(`set timezone = '${zone}'`);
      const { rows } = await client.query('select $1::timestamptz as value, $1::timestamptz::text as text', [
        instant,
      ]);
      assert.ok(rows[0].value instanceof Temporal.Instant);
      assert.equal(rows[0].value.toString(), '2026-03-08T06:59:59.123456Z');
    }
    assert.equal(
      (await client.query('select $1::timestamptz::text as text', [instant])).rows[0].text,
      '2026-03-08 12:44:59.123456+05:45',
    );
  } finally {
    client.release(true);
  }
});

test('nanoseconds are cut off, not rounded into the future', async () => {
  const instant = Temporal.Instant.from('2026-01-01T00:00:00.999999999Z');
  assert.equal(String(await one('$1::timestamptz', [instant])), '2026-01-01T00:00:00.999999Z');
});

test('a date comes and goes as Temporal.PlainDate', async () => {
  const value = await one('$1::date', [Temporal.PlainDate.from('2026-02-28')]);
  assert.ok(value instanceof Temporal.PlainDate);
  assert.equal(value.add({ days: 1 }).toString(), '2026-03-01');
  assert.equal(await one('$1::text', [Temporal.PlainDate.from('2026-02-28')]), '2026-02-28');
});

test('a timestamp without zone is a Temporal.PlainDateTime', async () => {
  const value = await one('$1::timestamp', [Temporal.PlainDateTime.from('2026-11-01T01:30')]);
  assert.ok(value instanceof Temporal.PlainDateTime);
  assert.equal(value.toString(), '2026-11-01T01:30:00');
});

test('a bigint is a number while it is exact, and refused beyond', async () => {
  assert.equal(await one('9007199254740991::int8'), 9_007_199_254_740_991);
  assert.equal(await one('(-9007199254740991)::int8'), -9_007_199_254_740_991);
  await assert.rejects(one('9007199254740992::int8'), /bigint 9007199254740992/);
  assert.equal(await one('count(*)'), 1);
});

test('a numeric keeps its digits as text', async () => {
  assert.equal(await one("'12345678901234567890.120000'::numeric(26,6)"), '12345678901234567890.120000');
});

test('json and jsonb are parsed, and an object is sent as json', async () => {
  assert.deepEqual(await one('$1::jsonb', [{ a: [1, null, { b: 'é' }] }]), { a: [1, null, { b: 'é' }] });
  assert.deepEqual(await one(`'{"a": 1}'::json`), { a: 1 });
});

test('arrays carry the same types, with nulls and nesting', async () => {
  const instants = [Temporal.Instant.from('2026-01-01T00:00:00Z'), null];
  const back = await one('$1::timestamptz[]', [instants]);
  assert.ok(Array.isArray(back));
  assert.deepEqual(back.map(String), ['2026-01-01T00:00:00Z', 'null']);
  const dates = await one("array[date '2026-01-01']");
  assert.ok(Array.isArray(dates) && dates[0] instanceof Temporal.PlainDate);
  assert.deepEqual(await one('array[[1,2],[3,null]]::int8[]'), [
    [1, 2],
    [3, null],
  ]);
  assert.deepEqual(await one('array[1.50]::numeric[]'), ['1.50']);
  await assert.rejects(one('array[9007199254740992]::int8[]'), RangeError);
});

test('an infinite time is refused by name instead of becoming a wrong one', async () => {
  await assert.rejects(one("'infinity'::timestamptz"), /timestamptz 'infinity' has no Temporal value/);
  await assert.rejects(one("'-infinity'::date"), RangeError);
});

test('Temporal values in a query object and through a client are the same', async () => {
  const values = [Temporal.Instant.from('2026-01-01T00:00:00Z')];
  const { rows } = await pool.query({ text: 'select $1::text as value', values });
  assert.equal(rows[0].value, '2026-01-01T00:00:00.000000Z');
});
