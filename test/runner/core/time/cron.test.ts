import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { describeCron } from '../../../../runner/core/time/cron/describe.ts';
import { CronError, parseCron } from '../../../../runner/core/time/cron/parse.ts';

describe('cron fields', () => {
  it('are read into ascending sets', () => {
    assert.deepEqual(parseCron('5,0-2,1 9-17/4 31,1 DEC,jan-Mar MON-FRI'), {
      text: '5,0-2,1 9-17/4 31,1 DEC,jan-Mar MON-FRI',
      minutes: [0, 1, 2, 5],
      hours: [9, 13, 17],
      daysOfMonth: [1, 31],
      placedDays: [],
      months: [1, 2, 3, 12],
      daysOfWeek: [1, 2, 3, 4, 5],
      placedWeekdays: [],
      dayRule: 'either',
      hourRule: 'every_real_hour',
    });
  });

  for (const [field, days] of [
    ['7', [0]],
    ['0', [0]],
    ['0,7', [0]],
    ['5-7', [0, 5, 6]],
    ['MON-SUN', [0, 1, 2, 3, 4, 5, 6]],
    ['SAT-SUN', [0, 6]],
    ['SUN-MON', [0, 1]],
    ['SUN-SUN', [0]],
    ['7-2', [0, 1, 2]],
    ['7-7', [0]],
    ['0-7', [0, 1, 2, 3, 4, 5, 6]],
    ['1-7/2', [0, 1, 3, 5]],
    ['*/2', [0, 2, 4, 6]],
    ['*', [0, 1, 2, 3, 4, 5, 6]],
  ] as const) {
    it(`day of week ${field} is ${days}, Sunday being 0`, () => {
      assert.deepEqual(parseCron(`0 0 * * ${field}`).daysOfWeek, days);
    });
  }

  for (const [text, dayRule] of [
    ['0 0 1 * MON', 'either'],
    ['0 0 1-31 * MON', 'either'],
    ['0 0 1 * *', 'both'],
    ['0 0 * * MON', 'both'],
    ['0 0 */2 * MON', 'both'],
    ['0 0 1 * */2', 'both'],
  ] as const) {
    it(`${text}: ${dayRule} of the day fields decides`, () => assert.equal(parseCron(text).dayRule, dayRule));
  }

  for (const [hour, hourRule] of [
    ['1', 'once_per_date'],
    ['1,2', 'once_per_date'],
    ['0-23', 'once_per_date'],
    ['*', 'every_real_hour'],
    ['*/2', 'every_real_hour'],
    ['9-17/2', 'every_real_hour'],
    ['1,4-8/2', 'every_real_hour'],
  ] as const) {
    it(`hour ${hour} follows the rule ${hourRule}`, () => {
      assert.equal(parseCron(`*/5 ${hour} * * *`).hourRule, hourRule);
    });
  }

  for (const [name, text] of [
    ['@hourly', '0 * * * *'],
    ['@daily', '0 0 * * *'],
    ['@weekly', '0 0 * * 0'],
    ['@monthly', '0 0 1 * *'],
    ['@yearly', '0 0 1 1 *'],
    ['@annually', '0 0 1 1 *'],
    ['@midnight', '0 0 * * *'],
  ] as const) {
    it(`${name} is ${text}`, () => assert.deepEqual(parseCron(name), { ...parseCron(text), text: name }));
  }

  it('blanks around and between fields do not matter', () => {
    assert.deepEqual(parseCron(' 0\t1  * * * ').hours, [1]);
  });
});

describe('a cron expression that is refused', () => {
  for (const [text, column, message] of [
    ['', 1, 'found 0 fields: write five: minute hour day-of-month month day-of-week'],
    ['30 1 * *', 9, 'found 4 fields: write five'],
    [
      '0 0 1 * * *',
      11,
      'found 6 fields: write five: minute hour day-of-month month day-of-week (there are no sec',
    ],
    ['61 * * * *', 1, 'minute "61" is out of range: write 0-59'],
    ['0 24 * * *', 3, 'hour "24" is out of range: write 0-23'],
    ['0 0 0 * *', 5, 'day of month "0" is out of range: write 1-31'],
    ['0 0 1,32 * *', 7, 'day of month "32" is out of range: write 1-31'],
    ['0 0 * 13 *', 7, 'month "13" is out of range: write 1-12 or JAN-DEC'],
    ['0 0 * * 8', 9, 'day of week "8" is out of range: write 0-7 (0 and 7 are Sunday) or SUN-SAT'],
    ['0  9-25 * * *', 6, 'hour "25" is out of range: write 0-23'],
    ['0 0 ? * *', 5, 'day of month "?": write * for any'],
    ['0 0 * * MONDAY', 9, 'day of week "MONDAY": write MON'],
    ['0 0 * MON *', 7, 'month "MON": write 1-12 or JAN-DEC, *, a range a-b, a step */n or a list a,b'],
    ['0 0 W * *', 5, 'day of month "W": write L for the last day, L-3 for three days before it, LW for the'],
    ['0 0 L3 * *', 5, 'day of month "L3": write L for the last day, L-3 for three days before it'],
    ['0 0 L-3W * *', 5, 'day of month "L-3W": write L for the last day'],
    ['0 0 1,L-31 * *', 9, 'day of month "L-31" lies before every month: write L-1 to L-30'],
    ['0 0 32W * *', 5, 'day of month "32" is out of range: write 1-31'],
    ['0 0 1-15W * *', 5, 'day of month "1-15W": write L for the last day'],
    ['0 0 FRI#2 * *', 5, 'day of month "FRI#2": # and the L after a day are of the day of week: write 1-31'],
    [
      '0 0 * * 5#6',
      11,
      'day of week "5#6": a month has one to five of them, write 5#1 to 5#5, or 5L for the last',
    ],
    ['0 0 * * 5#', 11, 'day of week "5#": a month has one to five of them'],
    ['0 0 * * MON,FRIDAY#2', 13, 'day of week "FRIDAY": write FRI'],
    ['0 0 * * L', 9, 'day of week "L" is the last of which day? Write FRIL for the last Friday'],
    ['0 0 * * LW', 9, 'day of week "LW": L and W are of the day of month: write 0-7'],
    ['0 0 * L *', 7, 'month "L": L and W are of the day of month: write 1-12'],
    ['0 0 31W 2 *', 5, 'would never fire: month 2 has no day 31W, write a day that exists there'],
    ['0 0 L-29 FEB *', 5, 'would never fire: month FEB has no day L-29'],
    [
      '0 0 */20 * FRI#2',
      12,
      'would never fire: no date of month * is both day */20 and FRI#2, write days that meet',
    ],
    ['0 0 1,,2 * *', 7, 'day of month "": a list has a value on each side of every comma'],
    ['0 1, * * *', 5, 'hour "": a list has a value on each side of every comma'],
    ['0 22-2 * * *', 3, 'hour "22-2": a range goes upwards, write 22-23,0-2'],
    ['0 0 * * FRI-MON', 9, 'day of week "FRI-MON": a range goes upwards, write 5-6,0-1'],
    ['5/15 * * * *', 3, 'minute "5/15": a step needs a range, write 5-59/15'],
    ['*/0 * * * *', 3, 'minute "0": write a step of 1 or more'],
    ['*/x * * * *', 3, 'minute "x": write a step of 1 or more'],
    ['*/90 * * * *', 3, 'minute step 90 leads out of 0-59 at once: write 0 if that alone is meant'],
    ['0 9-10/2 * * *', 8, 'hour step 2 leads out of 9-10 at once: write 9 if that alone is meant'],
    ['-5 * * * *', 1, 'minute "-5": write 0-59'],
    ['1.5 * * * *', 1, 'minute "1.5": write 0-59'],
    ['0 1-2-3 * * *', 3, 'hour "1-2-3": write 0-23'],
    ['0 0 30 2 *', 5, 'would never fire: month 2 has no day 30, write a day that exists there'],
    ['0 0 31 4,JUN *', 5, 'would never fire: month 4,JUN has no day 31'],
    [
      '@reboot',
      1,
      '"@reboot" is no time of a clock: workers start and stop at any time, and there may be several; write the time',
    ],
    [
      '@nightly',
      1,
      '"@nightly" is not known: write @hourly, @daily, @midnight, @weekly, @monthly, @yearly, @annually or five fields',
    ],
    [' @daily 5', 9, '@daily stands alone: remove "5"'],
  ] as const) {
    it(`${JSON.stringify(text)} says at column ${column}: ${message}`, () => {
      assert.throws(
        () => parseCron(text),
        (error) => {
          assert.ok(error instanceof CronError);
          assert.equal(error.column, column);
          assert.ok(error.message.startsWith(message), error.message);
          return true;
        },
      );
    });
  }

  it('day 30 of February beside a weekday is accepted: the weekday fires', () => {
    assert.equal(parseCron('0 0 30 2 MON').dayRule, 'either');
    assert.deepEqual(parseCron('0 0 29 2 *').daysOfMonth, [29]);
    assert.deepEqual(parseCron('0 0 31 2,3 *').months, [2, 3]);
  });
});

describe('a cron expression in words', () => {
  for (const [text, words] of [
    ['30 1 * * 1-5', 'at 01:30 on weekdays'],
    ['0 1 * * *', 'at 01:00 every day'],
    ['0 6,18 * * SAT,SUN', 'at 06:00 and 18:00 on weekends'],
    ['* * * * *', 'every minute'],
    ['*/15 * * * *', 'every 15 minutes'],
    ['5 * * * *', 'every hour from 00:05'],
    ['@hourly', 'every hour'],
    ['0 */2 * * MON', 'every 2 hours on Monday'],
    ['*/15 9-17 * * *', 'every 15 minutes from 09:00 to 17:45 every day'],
    ['3,17 1-5 * * *', 'at minutes 3 and 17 of hours 1 to 5 every day'],
    ['*/25 * * * *', 'at minutes 0, 25 and 50 of every hour every day'],
    ['* 1,5 * * *', 'at every minute of hours 1 and 5 every day'],
    ['@yearly', 'at 00:00 on day 1 of January'],
    ['0 0 1-7,15 * *', 'at 00:00 on days 1 to 7 and 15 of the month'],
    ['0 0 * 6-8 *', 'at 00:00 every day in June to August'],
    ['0 0 1 * MON', 'at 00:00 on day 1 or on Monday'],
    ['0 0 1 3 MON', 'at 00:00 on day 1 or on Monday in March'],
    ['0 0 1-31 * MON', 'at 00:00 every day'],
    ['0 0 13 * */5', 'at 00:00 on day 13 of the month falling on Friday and Sunday'],
    ['0 0 * * FRI-SUN', 'at 00:00 on Friday to Sunday'],
    ['0 0 * 12 TUE,THU', 'at 00:00 on Tuesday and Thursday in December'],
    ['@annually', 'at 00:00 on day 1 of January'],
    ['0 3 L * *', 'at 03:00 on the last day of the month'],
    ['0 3 L-1 2 *', 'at 03:00 on the day 1 day before the last day of February'],
    ['0 3 15,L-3 * *', 'at 03:00 on day 15 and the day 3 days before the last day of the month'],
    ['0 3 LW 6-8 *', 'at 03:00 on the last weekday (Monday to Friday) of June to August'],
    ['0 3 15W * *', 'at 03:00 on the weekday (Monday to Friday) nearest to day 15 of the month'],
    ['0 3 * * FRI#2', 'at 03:00 on the second Friday of the month'],
    ['0 3 * * 0#1,7L', 'at 03:00 on the first Sunday and the last Sunday of the month'],
    ['0 3 * NOV FRIL', 'at 03:00 on the last Friday in November'],
    ['0 3 * * MON,FRIL', 'at 03:00 on Monday and the last Friday of the month'],
    ['0 3 L * FRI', 'at 03:00 on the last day of the month or on Friday'],
    ['0 3 1 * FRI#2', 'at 03:00 on day 1 or on the second Friday of the month'],
    ['0 3 LW 5 MONL', 'at 03:00 on the last weekday (Monday to Friday) or on the last Monday in May'],
    [
      '0 3 */2 * FRI#2',
      'at 03:00 on days 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29 and 31 of the month falling on the second Friday',
    ],
  ] as const) {
    it(`${text} is "${words}"`, () => assert.equal(describeCron(parseCron(text)), words));
  }
});
