import type { BackfillHold } from '../../core/backfill/hold.ts';
import type { Dag } from '../../core/dag/dag.ts';
import { holdSentence } from '../../view/backfill/hold.ts';

/** Returns one sentence: the run that waits, why, until when, and what lets it go ahead. */
export function holdText(hold: BackfillHold, dag: Dag): string {
  const { maxActiveRuns } = dag;
  const room =
    maxActiveRuns > 1
      ? `--max-active-runs ${maxActiveRuns - 1} leaves room for it`
      : '--yields-to scheduled lets it go first';
  return `${holdSentence(hold, dag)}; ${room}`;
}
