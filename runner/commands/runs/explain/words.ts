/** A blocker in a sentence, with the command that helps. */
import type { Blocker } from '../../../core/explain/blocker.ts';
import type { FoundEdge } from '../../../core/other_dags/words.ts';
import type { RunState } from '../../../core/run/states.ts';
import type { Explained } from '../../../view/explain/source.ts';
import { blockerSentence, type WordsContext } from '../../../view/explain/words.ts';

export interface CommandContext extends WordsContext {
  readonly runId: number;
}

export function blockerWords(blocker: Blocker, context: CommandContext): string {
  if (blocker.kind === 'no_worker') return 'no worker is running: nothing happens before stockflow up';
  return `${blockerSentence(blocker, context)}${adviceOn(blocker, context.runId)}`;
}

/** Returns the sentence for a blocker of an explanation. */
export function explainedWords(blocker: Blocker, { run, timezone, now }: Explained): string {
  return blockerWords(blocker, { timezone, now, runId: run.runId });
}

function adviceOn(blocker: Blocker, runId: number): string {
  switch (blocker.kind) {
    case 'run_ended':
      return afterEnd(blocker.state, runId);
    case 'dag_edge':
      return edgeAdvice(blocker.edge);
    case 'pool':
      return `; stockflow pools set ${blocker.pool} <slots> changes that`;
    case 'quarantined':
    case 'cancelled':
      return `; stockflow tasks clear ${runId} --only-failed runs it again`;
    default:
      return '';
  }
}

function edgeAdvice({ dagId, awaitedDate, state }: FoundEdge): string {
  if ('runId' in state && state.runId !== null) return `; stockflow runs explain ${state.runId} says why`;
  if (state.kind !== 'no_run' || awaitedDate === null) return '';
  return `; stockflow trigger ${dagId} --date ${awaitedDate} makes it`;
}

/** Returns the advice for a run that has ended. */
function afterEnd(state: RunState, runId: number): string {
  if (state === 'success') return '';
  const what = state === 'cancelled' ? 'was cancelled' : 'failed';
  return `; stockflow tasks clear ${runId} --only-failed runs what ${what} again`;
}
