/** Cancels a backfill: no further date of it begins. */
import type { Command } from 'commander';
import { cancelBackfill } from '../../engine/backfill/requests.ts';
import { findNamedBackfill } from '../../view/backfill/find.ts';
import { CLI_ACTOR } from '../cli/actor.ts';
import { describe, type Shell } from '../cli/command.ts';
import { openSession } from '../cli/session.ts';
import { readSettings } from '../cli/settings.ts';

export function configure(command: Command, shell: Shell): void {
  describe(command, {
    does: 'Ends a backfill: no further date begins, and a run that waits is cancelled. One that runs goes on to its end.',
    examples: [
      'stockflow backfill cancel nightly_load --reason "wrong month"',
      'stockflow backfill cancel 3',
    ],
  })
    .argument('<backfill>', 'the id of a backfill, or of a DAG for its newest one')
    .option('--reason <text>', 'kept in the history')
    .action(async (name: string, { reason }: { reason?: string }) => {
      await using session = await openSession(shell, readSettings(shell.env));
      const { backfillId } = await findNamedBackfill(session.pool, name);
      const { dropped, cancelledRuns, runningRuns } = await cancelBackfill(session.pool, backfillId, {
        by: CLI_ACTOR,
        reason: reason ?? null,
      });
      const waiting = dropped + cancelledRuns.length;
      shell.stderr.write(
        `backfill ${backfillId}: cancelled; ${waiting} ${waiting === 1 ? 'date' : 'dates'} will not be worked\n`,
      );
      for (const runId of runningRuns) {
        shell.stderr.write(`run ${runId} goes on to its end; stockflow runs cancel ${runId} stops it\n`);
      }
    });
}
