/** A backfill's hold on the schedule, to people and to machines. */
import type { BackfillHold } from '../../core/backfill/hold.ts';
import type { Dag } from '../../core/dag/dag.ts';
import type { Json } from '../../core/value/json.ts';
import { countText, inZone } from '../time_text.ts';

/** Returns one sentence: the run that waits, why, and until when. */
export function holdSentence(hold: BackfillHold, dag: Dag): string {
  const { dagId, maxActiveRuns, timezone } = dag;
  const { likelihood, runCount, expectedEndAt } = hold;
  const run = `the scheduled run for ${inZone(hold.scheduledFor, timezone)}`;
  const waits =
    likelihood === 'possible'
      ? `${run} waits for this backfill if it has not ended by then`
      : `${run}${likelihood === 'queued' ? ', which is queued,' : ''} will wait for this backfill`;
  const why = `${dagId} has max_active_runs ${maxActiveRuns}, and older dates go first`;
  const until =
    expectedEndAt === null ? '' : `; at the usual pace it ends at about ${inZone(expectedEndAt, timezone)}`;
  return `${waits}: ${why}${until}${moreText(runCount ?? 1, dag)}`;
}

function moreText(runCount: number, { catchup }: Dag): string {
  if (runCount < 2) return '';
  const rest = catchup === 'all' ? 'each is worked then' : 'only the newest is worked then';
  return `; ${countText(runCount)} scheduled runs are due by then, and ${rest}`;
}

/** Returns the hold for machines; null where no run waits. */
export function holdData(hold: BackfillHold | null): Json {
  return (
    hold && {
      scheduled_for: hold.scheduledFor.toString(),
      likelihood: hold.likelihood,
      run_count: hold.runCount,
      expected_end_at: hold.expectedEndAt?.toString() ?? null,
    }
  );
}
