import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseCron } from '../../../../runner/core/time/cron/parse.ts';
import { cronWarning } from '../../../../runner/core/time/cron/warning.ts';

const warning = (text: string) => cronWarning(parseCron(text));

test('a cron with both day fields restricted is warned of with what it fires on, by the rule for it', () => {
  assert.equal(
    warning('0 0 29 2 MON'),
    '"0 0 29 2 MON": both day fields are given, and either is enough: it fires at 00:00 on day 29 or on Monday in February',
  );
  assert.match(
    warning('0 0 */2 * MON') ?? '',
    /^"0 0 \*\/2 \* MON": both day fields are given, and both must match, as one begins with \*: it fires at 00:00 on days .* falling on Monday$/,
  );
  assert.equal(
    warning('0 0 LW * FRI#2'),
    '"0 0 LW * FRI#2": both day fields are given, and either is enough: it fires at 00:00 on the last weekday (Monday to Friday) of the month or on the second Friday of the month',
  );
  assert.match(warning('0 0 13 * FRI') ?? '', /either is enough: it fires at 00:00 on day 13 or on Friday$/);
});

test('one restricted day field, or none, is clear', () => {
  for (const text of [
    '0 1 * * *',
    '0 1 1 * *',
    '0 1 * * MON',
    '0 1 */2 * *',
    '@weekly',
    '0 1 1-31 * MON',
    '0 1 L * *',
    '0 1 * * FRIL',
  ])
    assert.equal(warning(text), null, text);
});
