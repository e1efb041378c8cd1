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
  return `${waits}: ${why}${until}${moreText(runCount ?? 1, dag)}${lateText(hold, dag)}`;
}

/** Returns the runs that would miss their deadline, the first by name. */
function lateText({ late }: BackfillHold, { timezone }: Dag): string {
  const [first] = late;
  if (first === undefined) return '';
  const { scheduledFor, deadlineAt, expectedEndAt } = first;
  const more = late.length === 1 ? '' : `, and ${countText(late.length - 1)} more after their own`;
  return (
    `; the run for ${inZone(scheduledFor, timezone)} would end at about ${inZone(expectedEndAt, timezone)}, ` +
    `after its deadline ${inZone(deadlineAt, timezone)}${more}`
  );
}

function moreText(runCount: number, { whenBusy }: Dag): string {
  if (runCount < 2) return '';
  const rest = whenBusy === 'queue' ? 'each is worked then' : 'only the newest is worked then';
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
      late: hold.late.map(({ scheduledFor, deadlineAt, expectedEndAt }) => ({
        scheduled_for: scheduledFor.toString(),
        deadline_at: deadlineAt.toString(),
        expected_end_at: expectedEndAt.toString(),
      })),
    }
  );
}
