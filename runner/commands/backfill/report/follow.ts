/** Follows a backfill to its end, and works it here where that is asked for. */
import type { Command } from 'commander';
import type { Pool } from 'pg';
import { type BackfillReport, readBackfillReport } from '../../../view/backfill/report.ts';
import { viewSource } from '../../../view/source.ts';
import { parseSpanMs } from '../../cli/arguments.ts';
import type { Shell } from '../../cli/command.ts';
import { EXIT } from '../../cli/exit_code.ts';
import type { Session } from '../../cli/session.ts';
import type { Settings } from '../../cli/settings.ts';
import { follow } from '../../live/follow.ts';
import type { OutputFormat } from '../../output/output.ts';
import { withWorker } from '../../worker/with_worker.ts';
import { BackfillLiveText } from './live_text.ts';
import { printBackfill } from './report.ts';

export interface FollowOptions {
  readonly local?: true;
  readonly timeout?: number;
  readonly output: OutputFormat;
}

export function addFollowOptions(command: Command): Command {
  return command
    .option('--local', 'work in this process until the backfill has ended; no other worker is needed')
    .option('--timeout <span>', 'give up waiting after 10m, 2h, ...; the backfill goes on', parseSpanMs);
}

/**
 * Follows the backfill to its end, prints how each date ended, and sets the exit code by it.
 * @throws CommandError: interrupted, or still not ended after the time-out; the backfill itself goes on
 */
export async function followToEnd(
  shell: Shell,
  session: Session,
  request: { readonly settings: Settings; readonly backfillId: number; readonly options: FollowOptions },
): Promise<void> {
  const { settings, backfillId, options } = request;
  const { pool } = session;
  const report = await withWorker(shell, session, { settings, local: options.local }, () =>
    followBackfill(shell, pool, { backfillId, timeoutMs: options.timeout ?? null }),
  );
  printBackfill(shell, options.output, report);
  if (report.backfill.state !== 'success') shell.exitCode = EXIT.problem;
}

async function followBackfill(
  shell: Shell,
  pool: Pool,
  { backfillId, timeoutMs }: { readonly backfillId: number; readonly timeoutMs: number | null },
): Promise<BackfillReport> {
  const watchCommand = `stockflow backfill watch ${backfillId}`;
  const source = viewSource(pool);
  try {
    return await follow(shell, {
      name: `backfill ${backfillId}`,
      watchCommand,
      text: new BackfillLiveText(),
      timeoutMs,
      read: () => readBackfillReport(source, backfillId),
      isEnded: ({ backfill }) => backfill.state !== 'running',
    });
  } catch (error) {
    if (shell.signal.aborted) {
      shell.stderr.write(
        `detached: backfill ${backfillId} goes on wherever a worker runs; ${watchCommand} follows it, stockflow backfill cancel ${backfillId} ends it\n`,
      );
    }
    throw error;
  }
}
