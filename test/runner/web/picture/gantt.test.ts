import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mergedAttempts } from '../../../../runner/web/pages/run/pictures.ts';
import { ganttPicture } from '../../../../runner/web/picture/gantt_picture.ts';
import { ganttRow, spanOfRun, type TimedTask } from '../../../../runner/web/picture/gantt_rows.ts';

/** An instant so many seconds after the start of the run. */
function s(seconds: number): Temporal.Instant {
  return Temporal.Instant.from('2026-01-31T06:00:00Z').add({ seconds });
}

const NOTHING_YET: TimedTask = {
  plannedAt: null,
  deadlineAt: null,
  startedAt: null,
  finishedAt: null,
  wakeAt: null,
  attempts: [],
};
const RUN = { startedAt: s(0), finishedAt: s(100), now: s(500) };
const SPAN = { fromMs: s(0).epochMilliseconds, untilMs: s(100).epochMilliseconds };

test('a task that waited, failed and then worked has those pieces, as shares of the run', () => {
  const row = ganttRow(
    {
      ...NOTHING_YET,
      plannedAt: s(10),
      deadlineAt: s(80),
      startedAt: s(25),
      finishedAt: s(75),
      attempts: [
        { state: 'failed', startedAt: s(25), finishedAt: s(35) },
        { state: 'success', startedAt: s(50), finishedAt: s(75) },
      ],
    },
    RUN,
    SPAN,
  );
  assert.deepEqual(row, {
    pieces: [
      { kind: 'waited', from: 0.1, length: 0.15 },
      { kind: 'failed', from: 0.25, length: 0.09999999999999998 },
      { kind: 'worked', from: 0.5, length: 0.25 },
    ],
    plannedAt: 0.1,
    deadlineAt: 0.8,
  });
});

test('a running attempt reaches to now, and what lies outside of the run is cut off or left out', () => {
  const running = { startedAt: s(0), finishedAt: null, now: s(50) };
  const task = {
    ...NOTHING_YET,
    plannedAt: s(-3_600),
    deadlineAt: s(7_200),
    startedAt: s(20),
    attempts: [{ state: 'running', startedAt: s(20), finishedAt: null }],
  };
  const span = spanOfRun(running, [task, { ...NOTHING_YET, wakeAt: s(100) }]);
  assert.deepEqual(span, SPAN);
  assert.deepEqual(ganttRow(task, running, SPAN), {
    pieces: [
      { kind: 'waited', from: 0, length: 0.2 },
      { kind: 'running', from: 0.2, length: 0.3 },
    ],
    plannedAt: null,
    deadlineAt: null,
  });
  assert.equal(spanOfRun({ ...running, startedAt: null }, []), null);
});

test('the attempts of many instances become few pieces: those of one state that overlap are joined, failures lie on top', () => {
  const merged = mergedAttempts([
    { state: 'success', startedAt: s(0), finishedAt: s(10) },
    { state: 'failed', startedAt: s(2), finishedAt: s(3) },
    { state: 'success', startedAt: s(5), finishedAt: s(20) },
    { state: 'success', startedAt: s(6), finishedAt: s(8) },
    { state: 'success', startedAt: s(30), finishedAt: s(40) },
    { state: 'running', startedAt: s(35), finishedAt: null },
    { state: 'running', startedAt: s(90), finishedAt: null },
  ]);
  assert.deepEqual(merged, [
    { state: 'success', startedAt: s(0), finishedAt: s(20) },
    { state: 'success', startedAt: s(30), finishedAt: s(40) },
    { state: 'failed', startedAt: s(2), finishedAt: s(3) },
    { state: 'running', startedAt: s(35), finishedAt: null },
  ]);
});

test('the picture is a table of links; a name is text, and its scale is in the zone of the DAG', async () => {
  const page = String(
    await ganttPicture(
      RUN,
      [
        {
          ...NOTHING_YET,
          name: '<b>load</b>',
          href: '/runs/1/tasks/load',
          state: 'success',
          startedAt: s(0),
          finishedAt: s(50),
          attempts: [{ state: 'success', startedAt: s(0), finishedAt: s(50) }],
        },
      ],
      'America/New_York',
    ),
  );
  assert.match(page, /<a class="mono" href="\/runs\/1\/tasks\/load">&lt;b&gt;load&lt;\/b&gt;<\/a>/);
  assert.match(page, /<rect class="worked" x="0%" y="4" width="50%"/);
  assert.match(page, />01:00:00<\/time>.*>01:00:50<\/time>.*>01:01:40<\/time>/s);
});
