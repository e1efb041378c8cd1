import assert from 'node:assert/strict';
import { test } from 'node:test';
import { holdText } from '../../../../runner/commands/backfill/hold_text.ts';
import { type BackfillLoad, holdOfBackfill } from '../../../../runner/core/backfill/hold.ts';
import { planBackfill } from '../../../../runner/core/backfill/plan.ts';
import type { Dag } from '../../../../runner/core/dag/dag.ts';
import { parseDag } from '../../../../runner/core/dag_file/parse.ts';
import { parseWallTime } from '../../../../runner/core/time/wall_time.ts';

const at = (text: string) => Temporal.Instant.from(text);
const MINUTE_MS = 60_000;
/** 20:00 in New York, five hours before the night of the 11th. */
const NOW = at('2026-06-11T00:00Z');

function dagOf(schedule: string, extra: readonly string[] = []): Dag {
  const lines = ['dag_id: nightly', 'timezone: America/New_York', `schedule: ${schedule}`, ...extra];
  const { dag, problems } = parseDag(
    [...lines, 'tasks: [{task_id: only, type: step}]', ''].join('\n'),
    'nightly.yaml',
  );
  return dag ?? assert.fail(JSON.stringify(problems));
}

const NIGHTLY = dagOf('"0 1 * * *"', ['max_active_runs: 1']);

/** The ten nights from 1 to 10 June. */
function load(dag: Dag, more: Partial<BackfillLoad> = {}): BackfillLoad {
  const range = {
    from: Temporal.PlainDate.from('2026-06-01'),
    to: Temporal.PlainDate.from('2026-06-10'),
    reprocess: 'none',
    order: 'oldest_first',
  } as const;
  const dates = planBackfill(dag, range, { runs: [], now: NOW });
  const unknown = { usualRunMs: null, usualScheduledMs: null, yieldsTo: null };
  return { dates, maxActiveRuns: 1, now: NOW, ...unknown, isPaused: false, queued: [], ...more };
}

function said(dag: Dag, more: Partial<BackfillLoad> = {}): string | null {
  const hold = holdOfBackfill(dag, load(dag, more));
  return hold && holdText(hold, dag);
}

test('a run of the schedule that is due before the backfill can end waits, and is named in the zone of the DAG', () => {
  // Ten runs of 31 minutes end at 05:10Z; the night is due at 05:00Z.
  assert.equal(
    said(NIGHTLY, { usualRunMs: 31 * MINUTE_MS }),
    'the scheduled run for 2026-06-11 01:00 EDT will wait for this backfill: nightly has max_active_runs 1, and older dates go first; ' +
      'at the usual pace it ends at about 2026-06-11 01:10 EDT; --yields-to scheduled lets it go first',
  );
});

test('no run waits where the backfill ends before it, leaves it room, or has nothing to work', () => {
  assert.equal(said(NIGHTLY, { usualRunMs: 29 * MINUTE_MS }), null);
  const wide = dagOf('"0 1 * * *"', ['max_active_runs: 3']);
  assert.equal(said(wide, { usualRunMs: 60 * MINUTE_MS, maxActiveRuns: 2 }), null);
  assert.equal(said(NIGHTLY, { usualRunMs: 60 * MINUTE_MS, dates: [] }), null);
});

test('no run waits where the schedule makes none: the DAG is paused, or its last date has passed', () => {
  assert.equal(said(NIGHTLY, { usualRunMs: 60 * MINUTE_MS, isPaused: true }), null);
  const ended = dagOf('"0 1 * * *"', ['max_active_runs: 1', 'end_date: 2026-06-10']);
  assert.equal(said(ended, { usualRunMs: 60 * MINUTE_MS }), null);
});

test('a run of the schedule that would end after its deadline is named, and none where the backfill yields to it', () => {
  const night = ['max_active_runs: 1'];
  const dag = {
    ...dagOf('"0 1 * * *"', night),
    tasks: NIGHTLY.tasks.map((task) => ({ ...task, deadline: parseWallTime('02:00') })),
  };
  const load31 = { usualRunMs: 31 * MINUTE_MS, usualScheduledMs: 51 * MINUTE_MS };
  // The backfill ends at 01:10, the night 51 minutes later.
  assert.match(
    said(dag, load31) ?? '',
    /; the run for 2026-06-11 01:00 EDT would end at about 2026-06-11 02:01 EDT, after its deadline 2026-06-11 02:00 EDT; --yields-to/,
  );
  assert.doesNotMatch(said(dag, { ...load31, usualScheduledMs: 49 * MINUTE_MS }) ?? '', /deadline/);
  assert.equal(said(dag, { ...load31, yieldsTo: 'scheduled' }), null);
});

test('as many dates at once as the DAG lets: the backfill takes a part of the time, and room can be left beside it', () => {
  const wide = dagOf('"0 1 * * *"', ['max_active_runs: 3']);
  // Four rounds of 80 minutes end at 05:20Z, of 70 minutes at 04:40Z.
  assert.equal(said(wide, { usualRunMs: 70 * MINUTE_MS, maxActiveRuns: 9 }), null);
  assert.match(
    said(wide, { usualRunMs: 80 * MINUTE_MS, maxActiveRuns: 9 }) ?? '',
    /01:00 EDT will wait .* at about 2026-06-11 01:20 EDT; --max-active-runs 2 leaves room for it$/,
  );
});

test('where no such run has ended yet the next one of the schedule may wait, and that is what is said', () => {
  assert.equal(
    said(NIGHTLY),
    'the scheduled run for 2026-06-11 01:00 EDT waits for this backfill if it has not ended by then: nightly has max_active_runs 1, and ' +
      'older dates go first; --yields-to scheduled lets it go first',
  );
});

test('of several runs that wait the number is said, and what becomes of them', () => {
  // Ten runs of five hours end on 13 June 02:00Z: two nights are due by then.
  const usualRunMs = 300 * MINUTE_MS;
  assert.match(
    said(NIGHTLY, { usualRunMs }) ?? '',
    /2 scheduled runs are due by then, and only the newest is worked then;/,
  );
  const all = dagOf('"0 1 * * *"', ['max_active_runs: 1', 'catchup: all']);
  assert.match(said(all, { usualRunMs }) ?? '', /2 scheduled runs are due by then, and each is worked then;/);
});

test('a run of the schedule that is queued already waits, though the DAG is paused; one that is older or in the range does not', () => {
  const queued = [at('2026-06-11T00:00Z')];
  assert.match(
    said(NIGHTLY, { queued, isPaused: true, usualRunMs: MINUTE_MS }) ?? '',
    /^the scheduled run for 2026-06-10 20:00 EDT, which is queued, will wait for this backfill: /,
  );
  const others = [at('2026-05-31T05:00Z'), at('2026-06-09T05:00Z')];
  assert.equal(said(NIGHTLY, { queued: others, usualRunMs: MINUTE_MS }), null);
});
