import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isUnicode } from '../../../../runner/commands/output/terminal_text.ts';
import { ganttText } from '../../../../runner/commands/run/gantt.ts';
import type { Attempt } from '../../../../runner/store/task/attempt.ts';
import type { TaskInstance } from '../../../../runner/store/task/instance.ts';
import type { ReportedTask, RunReport } from '../../../../runner/view/run/report.ts';

const at = (clock: string) => Temporal.Instant.from(`2026-01-31T${clock}:00Z`);
const plain = (_: unknown, text: string) => text;

function attempt(from: string, until: string | null, state: Attempt['state']): Attempt {
  return {
    taskId: '',
    mapIndex: -1,
    attemptNumber: 1,
    state,
    pollCount: 1,
    workerId: 1,
    startedAt: at(from),
    finishedAt: until === null ? null : at(until),
    errorClass: null,
    errorText: null,
    rowsIn: null,
    rowsOut: null,
    bytesIn: null,
    bytesOut: null,
  };
}

function task(
  taskId: string,
  given: Partial<TaskInstance>,
  attempts: readonly Attempt[],
  now = at('02:00'),
): ReportedTask {
  const instance: TaskInstance = {
    taskInstanceId: 1,
    runId: 1,
    taskId,
    mapIndex: -1,
    state: 'success',
    attemptNumber: attempts.length,
    failureCount: 0,
    crashCount: 0,
    plannedAt: null,
    deadlineAt: null,
    deadlineMissedAt: null,
    wakeAt: null,
    wakeReason: null,
    startedAt: attempts[0]?.startedAt ?? null,
    finishedAt: attempts.at(-1)?.finishedAt ?? null,
    output: null,
    errorClass: null,
    errorText: null,
    remedy: null,
    progress: null,
    removedAt: null,
    ...given,
  };
  return { task: instance, attempt: attempts.at(-1) ?? null, attempts, timezone: 'UTC', now };
}

function report(tasks: readonly ReportedTask[], finishedAt: string | null): RunReport {
  return {
    run: {
      runId: 1,
      dagId: 'nightly',
      dagVersionId: 1,
      runType: 'scheduled',
      mode: 'apply',
      state: finishedAt === null ? 'running' : 'success',
      scheduledFor: at('01:00'),
      businessDate: Temporal.PlainDate.from('2026-01-31'),
      params: {},
      timeEdges: 'keep',
      actor: 'scheduler',
      reason: null,
      createdAt: at('01:00'),
      startedAt: at('01:00'),
      finishedAt: finishedAt === null ? null : at(finishedAt),
      reopenCount: 0,
    },
    timezone: 'UTC',
    now: at('02:00'),
    warnings: [],
    approvals: [],
    tasks,
  };
}

// 40 characters for two hours: three minutes each.
const WIDE = 40 + 'filter'.length + 3;
const night = report(
  [
    task('export', {}, [attempt('01:00', '01:30', 'success')]),
    task('filter', { plannedAt: at('01:30'), deadlineAt: at('02:45') }, [
      attempt('01:45', '02:00', 'failed'),
      attempt('02:15', '02:30', 'success'),
    ]),
    task('later', { state: 'upstream_failed' }, []),
  ],
  '03:00',
);

test('bars show what was planned, waited, failed and worked, each at its time', () => {
  assert.deepEqual(ganttText(night, { columns: WIDE, isUnicode: true }, plain).split('\n'), [
    '        01:00:00 UTC                03:00:00 UTC',
    'export  ███████████',
    'filter            │····▒▒▒▒▒▒    ██████    ◆',
    'later',
    '█ worked  ▒ failed attempt  │ planned  · waited  ◆ deadline',
    '',
  ]);
});

test('a terminal without more than ASCII gets the same in ASCII', () => {
  const [, , filter, , legend] = ganttText(night, { columns: WIDE, isUnicode: false }, plain).split('\n');
  assert.equal(filter, 'filter            |....xxxxxx    ######    !');
  assert.equal(legend, '# worked  x failed attempt  | planned  . waited  ! deadline');
  assert.deepEqual(
    [{}, { LANG: 'en_US.UTF-8' }, { LANG: 'C' }, { LANG: 'C', LC_ALL: 'C.utf8' }, { TERM: 'dumb' }].map(
      isUnicode,
    ),
    [true, true, false, true, false],
  );
});

test('no line is wider than a narrow terminal, and long names are cut', () => {
  const long = report(
    [task('a_task_with_a_very_long_name', {}, [attempt('01:00', '03:00', 'success')])],
    '03:00',
  );
  const lines = ganttText(long, { columns: 30, isUnicode: true }, plain).split('\n').slice(0, -2);
  assert.deepEqual(lines, ['            01:00:00 UTC', `a_task_wi…  ${'█'.repeat(17)}`]);
});

test('a run that goes on reaches to what is planned, and a task that runs to now', () => {
  const now = at('02:00');
  const going = report(
    [
      task('export', { state: 'running', finishedAt: null }, [attempt('01:00', null, 'running')], now),
      task('apply', { state: 'deferred', plannedAt: at('03:00'), wakeAt: at('03:00') }, [], now),
    ],
    null,
  );
  const lines = ganttText(going, { columns: WIDE, isUnicode: true }, plain).split('\n');
  assert.equal(lines[1], `export  ${'█'.repeat(21)}`);
  assert.equal(lines[2], `apply   ${' '.repeat(39)}│`);
});

test('a run that nobody has started has no bars', () => {
  const queued = report([], null);
  const never = { ...queued, run: { ...queued.run, startedAt: null } };
  assert.equal(ganttText(never, { columns: 80, isUnicode: true }, plain), '');
});
