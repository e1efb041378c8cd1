/** Waiting for a backfill, working it here where that is asked for, and telling how it ended. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Command } from 'commander';
import type { Pool } from 'pg';
import { isDatabaseUnavailable } from '../../../connections/postgres/connect.ts';
import { formatDuration } from '../../../core/time/duration.ts';
import { countLiveWorkers } from '../../../store/worker/live_worker.ts';
import { parseSpanMs } from '../../cli/arguments.ts';
import type { Shell } from '../../cli/command.ts';
import { CommandError, EXIT } from '../../cli/exit_code.ts';
import type { Session } from '../../cli/session.ts';
import type { Settings } from '../../cli/settings.ts';
import { taskTypesOf } from '../../cli/task_types.ts';
import type { OutputFormat } from '../../output/output.ts';
import { drainWorker, startWorker } from '../../worker/foreground.ts';
import { NO_WORKER } from '../../worker/no_worker.ts';
import { createBackfillView } from './live_view.ts';
import { type BackfillReport, printBackfill, readBackfillReport } from './report.ts';

const LOOK_EVERY_MS = 300;

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
  asked: { readonly settings: Settings; readonly backfillId: number; readonly options: FollowOptions },
): Promise<void> {
  const { settings, backfillId, options } = asked;
  const following = { backfillId, timeoutMs: options.timeout ?? null };
  let report: BackfillReport;
  if (options.local === true) {
    const taskTypes = await taskTypesOf(settings);
    const worker = await startWorker(shell, settings, session, { taskTypes, dagsDir: null });
    try {
      report = await follow(shell, session.pool, following);
    } finally {
      await drainWorker(shell, worker);
    }
  } else {
    if ((await countLiveWorkers(session.pool)) === 0) shell.stderr.write(`${NO_WORKER}\n`);
    report = await follow(shell, session.pool, following);
  }
  printBackfill(shell, options.output, report);
  if (report.backfill.state !== 'success') shell.exitCode = EXIT.problem;
}

async function follow(
  shell: Shell,
  pool: Pool,
  { backfillId, timeoutMs }: { readonly backfillId: number; readonly timeoutMs: number | null },
): Promise<BackfillReport> {
  const startedMs = performance.now();
  const view = createBackfillView(shell);
  let isAway = false;
  try {
    for (;;) {
      const report = await look(pool, backfillId);
      if (report !== null) view.show(report);
      else if (!isAway) shell.stderr.write('the database is unavailable; retrying until it answers\n');
      isAway = report === null;
      if (report !== null && report.backfill.state !== 'running') return report;
      if (timeoutMs !== null && performance.now() - startedMs > timeoutMs) {
        throw new CommandError(
          EXIT.waitTimedOut,
          `backfill ${backfillId} has not ended within ${formatDuration(timeoutMs)}; stockflow backfill watch ${backfillId} goes on waiting`,
        );
      }
      await pause(LOOK_EVERY_MS, undefined, { signal: shell.signal }).catch(() =>
        shell.signal.throwIfAborted(),
      );
    }
  } catch (error) {
    if (shell.signal.aborted) {
      view.end();
      shell.stderr.write(
        `detached: backfill ${backfillId} goes on wherever a worker runs; stockflow backfill watch ${backfillId} follows it, stockflow backfill cancel ${backfillId} ends it\n`,
      );
    }
    throw error;
  } finally {
    view.end();
  }
}

/** Null while the database does not answer. */
async function look(pool: Pool, backfillId: number): Promise<BackfillReport | null> {
  try {
    return await readBackfillReport(pool, backfillId);
  } catch (error) {
    if (isDatabaseUnavailable(error)) return null;
    throw error;
  }
}
