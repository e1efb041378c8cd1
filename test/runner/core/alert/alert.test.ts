import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { causeOfError } from '../../../../runner/core/alert/cause.ts';
import { type AlertFacts, readAlertFacts } from '../../../../runner/core/alert/facts.ts';
import {
  type AlertedRun,
  dedupKeyOfInstant,
  dedupKeyOfRun,
  incidentOfInstant,
  incidentOfRun,
} from '../../../../runner/core/alert/key.ts';
import { ALERT_KINDS, type AlertRule, DEFAULT_KINDS } from '../../../../runner/core/alert/kind.ts';
import { notStartedReason } from '../../../../runner/core/alert/not_started.ts';
import { recipientsOf } from '../../../../runner/core/alert/recipients.ts';
import {
  deadlineSentence,
  failedSentence,
  type NamedRun,
  notStartedSentence,
  recoveredSentence,
  slowSentence,
  warningSentence,
} from '../../../../runner/core/alert/sentence.ts';
import { usualRun } from '../../../../runner/core/alert/slow.ts';

const at = (text: string) => Temporal.Instant.from(text);
const MINUTE = 60_000;

const kind = fc.constantFrom(...ALERT_KINDS);
const channel = fc.constantFrom('chat', 'desk', 'mail', 'pager');
const rule: fc.Arbitrary<AlertRule> = fc.record({
  on: fc.uniqueArray(kind, { minLength: 1 }),
  to: fc.uniqueArray(channel, { minLength: 1 }),
});

test('a channel is told of a kind once if any rule, or the setting for all DAGs, names it', () => {
  fc.assert(
    fc.property(fc.array(rule), fc.uniqueArray(channel), (rules, forAllDags) => {
      const recipients = recipientsOf(rules, forAllDags);
      for (const one of ALERT_KINDS) {
        const named = new Set(rules.filter(({ on }) => on.includes(one)).flatMap(({ to }) => to));
        const usual: readonly string[] = DEFAULT_KINDS;
        const expected = usual.includes(one) ? named.union(new Set(forAllDags)) : named;
        const told = recipients.get(one) ?? [];
        assert.deepEqual(told.toSorted(), [...expected].toSorted());
        assert.equal(recipients.has(one), expected.size > 0);
      }
    }),
  );
});

const run = (given: Partial<AlertedRun> = {}): AlertedRun => ({
  dagId: 'night',
  runId: 12,
  runType: 'scheduled',
  scheduledFor: at('2026-03-10T05:00:00Z'),
  reopenCount: 0,
  ...given,
});

test('a due instant and the run that comes late for it are one trouble; a manual run is its own', () => {
  const instant = incidentOfInstant('night', at('2026-03-10T05:00:00Z'));
  for (const runType of ['scheduled', 'catchup', 'backfill'] as const)
    assert.equal(incidentOfRun(run({ runType })), instant);
  assert.notEqual(incidentOfRun(run({ runType: 'manual' })), instant);
  assert.notEqual(
    incidentOfRun(run({ runType: 'manual' })),
    incidentOfRun(run({ runType: 'manual', runId: 13 })),
  );
});

test('keys are equal for the same run, kind and round only; a run is late once, however often it is worked', () => {
  const someRun: fc.Arbitrary<AlertedRun> = fc.record({
    dagId: fc.constantFrom('night', 'nights', 'run'),
    runId: fc.integer({ min: 1, max: 3 }),
    runType: fc.constantFrom('scheduled', 'manual'),
    scheduledFor: fc.constantFrom(at('2026-03-10T05:00:00Z'), at('2026-03-11T05:00:00Z')),
    reopenCount: fc.integer({ min: 0, max: 2 }),
  });
  fc.assert(
    fc.property(someRun, kind, someRun, kind, (a, kindOfA, b, kindOfB) => {
      const name = (one: AlertedRun) =>
        `${one.dagId} ${one.runType} ${one.runType === 'manual' ? one.runId : one.scheduledFor}`;
      const isSame = name(a) === name(b) && kindOfA === kindOfB;
      const isRound = kindOfA === 'deadline_missed' || a.reopenCount === b.reopenCount;
      assert.equal(dedupKeyOfRun(a, kindOfA) === dedupKeyOfRun(b, kindOfB), isSame && isRound);
    }),
  );
  const { dagId, scheduledFor } = run();
  assert.notEqual(dedupKeyOfInstant(dagId, scheduledFor), dedupKeyOfRun(run(), 'not_started'));
});

test('what is usual is the median, and slow begins at half as much again, five spreads or a minute above it', () => {
  const minutes = (...values: number[]) => values.map((value) => value * MINUTE);
  const of = (...values: number[]) => {
    const usual = usualRun(minutes(...values));
    return usual && [usual.medianMs, usual.spreadMs, usual.boundMs].map((ms) => ms / MINUTE);
  };
  assert.equal(of(20, 20, 20, 20), null);
  // Half as much again.
  assert.deepEqual(of(20, 22, 19, 21, 20), [20, 1, 30]);
  // A night that took five hours moves nothing.
  assert.deepEqual(of(20, 22, 300, 19, 20, 21), [20.5, 1, 30.75]);
  // Distances from 30: 20, 15, 0, 15, 20; their median is 15, and 30 + 5 * 15 = 105.
  assert.deepEqual(of(10, 15, 30, 45, 50), [30, 15, 105]);
  // A run of half a minute is slow a minute later.
  assert.deepEqual(of(0.5, 0.5, 0.5, 0.5, 0.5), [0.5, 0, 1.5]);
});

test('no run within the last ones is slow if they took alike, and a slow bound is above the median', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 86_400_000 }),
      fc.array(fc.double({ min: 1, max: 1.4, noNaN: true }), { minLength: 5, maxLength: 30 }),
      (baseMs, factors) => {
        const durations = factors.map((factor) => baseMs * factor);
        const usual = usualRun(durations);
        assert.ok(usual !== null);
        assert.ok(durations.every((ms) => ms <= usual.boundMs));
        assert.ok(usual.boundMs >= usual.medianMs + MINUTE);
      },
    ),
  );
});

test('errors of one outage share their cause, whatever their class; an own error has none', () => {
  const origin = 'db.example:5432';
  const cause = causeOfError({ errorClass: 'DatabaseUnreachable', origin });
  assert.equal(cause, 'no answer from db.example:5432');
  assert.equal(causeOfError({ errorClass: 'ConnectionLost', origin }), cause);
  assert.equal(causeOfError({ errorClass: 'FailTask', origin: null }), null);
  assert.equal(causeOfError({ errorClass: null, origin: null }), null);
  assert.equal(
    causeOfError({ errorClass: 'Quarantined', origin: null }),
    causeOfError({ errorClass: 'WorkerLost', origin: null }),
  );
});

test('nothing that runs explains a late start where nobody works', () => {
  assert.deepEqual(notStartedReason({ liveWorkers: 0, runningRunId: 11 }), { kind: 'no_worker' });
  assert.deepEqual(notStartedReason({ liveWorkers: 1, runningRunId: 11 }), { kind: 'behind_run', runId: 11 });
  assert.deepEqual(notStartedReason({ liveWorkers: 1, runningRunId: null }), { kind: 'unknown' });
});

const NIGHT_RUN: NamedRun = {
  ...{ dagId: 'night', runId: 12, mode: 'apply' },
  businessDate: Temporal.PlainDate.from('2026-03-10'),
};

test('each kind has its sentence', () => {
  const named = NIGHT_RUN;
  const timezone = 'America/New_York';
  const task = { taskId: 'load', text: 'no file came' };
  const lines = [
    failedSentence(named, { task, failedCount: 1, why: null }),
    failedSentence(named, { task, failedCount: 3, why: null }),
    failedSentence(named, { task: null, failedCount: 2, why: 'it ran longer than its dagrun_timeout' }),
    failedSentence(named, { task: { taskId: 'load', text: null }, failedCount: 1, why: null }),
    deadlineSentence(named, {
      ...{ task: { ...task, text: null }, lateCount: 1, deadlineAt: at('2026-03-10T09:00:00Z'), timezone },
    }),
    deadlineSentence(named, {
      ...{ task, lateCount: 2, deadlineAt: at('2026-03-10T09:00:00Z'), timezone },
    }),
    notStartedSentence({
      ...{ dagId: 'night', scheduledFor: at('2026-03-10T05:00:00Z'), timezone, lateMs: 10 * MINUTE },
      reason: { kind: 'behind_run', runId: 11 },
    }),
    slowSentence(named, { runs: 5, medianMs: 20 * MINUTE, spreadMs: 0, boundMs: 30 * MINUTE }, 31 * MINUTE),
    warningSentence(named, task),
    recoveredSentence(named, ['deadline_missed', 'failed']),
    warningSentence({ ...named, mode: 'shadow' }, task),
  ];
  assert.deepEqual(lines, [
    'run 12 of night (2026-03-10) failed: load: no file came',
    'run 12 of night (2026-03-10) failed: load (and 2 more): no file came',
    'run 12 of night (2026-03-10) failed: it ran longer than its dagrun_timeout',
    'run 12 of night (2026-03-10) failed: load',
    'run 12 of night (2026-03-10): load was not finished by 2026-03-10 05:00 EDT',
    'run 12 of night (2026-03-10): load and 1 more were not finished by 2026-03-10 05:00 EDT: no file came',
    'night was due at 2026-03-10 01:00 EDT and is not running 10m 00s later: run 11 is still running',
    'run 12 of night (2026-03-10) has been running for 31m 00s: the last 5 runs took 20m 00s as a rule, and more than 30m 00s is slow',
    'run 12 of night (2026-03-10): load warns: no file came',
    'run 12 of night (2026-03-10) succeeded; told before: deadline missed, failed',
    'shadow run 12 of night (2026-03-10): load warns: no file came',
  ]);
});

test('an error is one line of its sentence, and a long one is cut, never in the middle of a character', () => {
  const text = `${'x'.repeat(299)}😀 and\n  more`;
  const named = NIGHT_RUN;
  const sentence = warningSentence(named, { taskId: 'load', text });
  assert.ok(sentence.isWellFormed() && sentence.endsWith('…') && sentence.length < 400);
  assert.match(warningSentence(named, { taskId: 'load', text: 'no\n  file ' }), /warns: no file$/);
});

test('stored facts are read back as they were, and what cannot be read is null', () => {
  const facts: AlertFacts = {
    timezone: 'UTC',
    mode: 'apply',
    businessDate: '2026-03-10',
    taskId: 'load',
    taskCount: 1,
    figure: { name: 'deadline', value: 'not finished', bound: '05:00' },
    errorClass: 'FailTask',
    errorText: 'no file came',
    remedy: { command: { label: 'list them', name: 'changes' } },
    actor: null,
    done: { tasksDone: 1, taskCount: 2, filesPublished: 0 },
    closes: [],
  };
  assert.deepEqual(readAlertFacts(JSON.parse(JSON.stringify(facts))), facts);
  assert.equal(readAlertFacts({ timezone: 'UTC' }), null);
});
