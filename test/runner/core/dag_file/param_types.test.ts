import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import {
  connectionId,
  duration,
  instant,
  timezone,
} from '../../../../runner/core/dag_file/schema/param_types.ts';

const refusal = (schema: z.ZodType, value: unknown) => schema.safeParse(value).error?.issues[0]?.message;

test('a duration is read as a key of a DAG file is, compounds included', () => {
  const read = ['30s', '5m', '1h', '2d', '0s', '1h30m', '250ms'].map((text) => duration().parse(text));
  assert.deepEqual(read, [30_000, 300_000, 3_600_000, 172_800_000, 0, 5_400_000, 250]);
  for (const bad of ['30', '1w', '-1s', '1.5h', '', '30m1h'])
    assert.match(refusal(duration(), bad) ?? '', /is not a duration: write whole numbers with a unit/);
  assert.equal(duration().prefault('1h30m').parse(undefined), 5_400_000);
});

test('the id of a connection is lower case, and the error names the one that was meant', () => {
  assert.equal(connectionId().parse('retail_pro2'), 'retail_pro2');
  assert.equal(
    refusal(connectionId(), 'RETAILPRO'),
    '"RETAILPRO" is not the id of a connection: warehouse stands for STOCKFLOW_CONN_WAREHOUSE; write retailpro',
  );
  assert.match(refusal(connectionId(), 'Bad Conn') ?? '', /STOCKFLOW_CONN_WAREHOUSE$/);
});

test('a time zone is an IANA name, an instant has its offset', () => {
  assert.equal(timezone().parse('America/New_York'), 'America/New_York');
  assert.match(refusal(timezone(), 'America/New_Yorc') ?? '', /did you mean America\/New_York/);
  assert.equal(instant().parse('2026-03-10T04:00+01:00').toString(), '2026-03-10T03:00:00Z');
  assert.match(
    refusal(instant(), '2026-03-10 04:00') ?? '',
    /is not an instant: write date, time and offset/,
  );
});

test('the JSON Schema of a param keeps its form for editors', () => {
  const schema = z.toJSONSchema(
    z.strictObject({ wait: duration({ description: 'how long' }), from: connectionId() }),
    {
      io: 'input',
    },
  );
  assert.equal(
    schema.properties?.wait !== undefined &&
      typeof schema.properties.wait === 'object' &&
      schema.properties.wait.description,
    'how long',
  );
  assert.match(JSON.stringify(schema), /"pattern":"\^\[a-z\]/);
});
