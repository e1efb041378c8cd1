/** Retries the failed dates of a backfill from where they failed. */
import type { Command } from 'commander';
import { failedDates, retryFailed } from '../../engine/backfill/requests.ts';
import type { Backfill } from '../../store/backfill/backfill.ts';
import { datesOfBackfill } from '../../store/backfill/report.ts';
import { countLiveWorkers } from '../../store/worker/live_worker.ts';
import { findNamedBackfill } from '../../view/backfill/find.ts';
import { readBackfillReport } from '../../view/backfill/report.ts';
import { refusedRetries } from '../../view/backfill/retry.ts';
import { viewSource } from '../../view/source.ts';
import { CLI_ACTOR } from '../cli/actor.ts';
import { describe, type Shell } from '../cli/command.ts';
import { EXIT } from '../cli/exit_code.ts';
import { openSession, type Session } from '../cli/session.ts';
import { readSettings, type Settings } from '../cli/settings.ts';
import { taskTypesOf } from '../cli/task_types.ts';
import { addOutputOption, notice } from '../output/output.ts';
import { runWithParamsLines } from '../output/remedy_text.ts';
import { NO_WORKER } from '../worker/with_worker.ts';
import { precheckRunner } from './precheck_runner.ts';
import { addFollowOptions, type FollowOptions, followToEnd } from './report/follow.ts';
import { printBackfill } from './report/report.ts';

interface Options extends FollowOptions {
  readonly detach?: true;
  readonly reason?: string;
}

export function configure(command: Command, shell: Shell): void {
  describe(command, {
    does: 'Lets every date of a backfill whose run failed go on where it failed, in the order of the backfill, and follows it.',
    examples: [
      'stockflow backfill retry-failed nightly_load',
      'stockflow backfill retry-failed 3 --detach --reason "the files are there now"',
    ],
  })
    .argument('<backfill>', 'the id of a backfill, or of a DAG for its newest one')
    .option('--reason <text>', 'kept in the history')
    .option('--detach', 'return at once; workers work it');
  addOutputOption(addFollowOptions(command)).action(async (name: string, options: Options) => {
    const settings = readSettings(shell.env);
    await using session = await openSession(shell, settings);
    await retry(shell, session, { settings, backfill: await findNamedBackfill(session.pool, name), options });
  });
}

async function retry(
  shell: Shell,
  session: Session,
  request: { readonly settings: Settings; readonly backfill: Backfill; readonly options: Options },
): Promise<void> {
  const { settings, backfill, options } = request;
  const { backfillId } = backfill;
  const failed = failedDates(await datesOfBackfill(session.pool, backfillId));
  const runner = precheckRunner(shell, session, await taskTypesOf(settings));
  const refusals = await refusedRetries(viewSource(session.pool), runner, { backfill, failed });
  for (const { date, because, detail } of refusals)
    shell.stderr.write(`${date.businessDate} is not retried: ${because}: ${detail}\n`);
  for (const line of runWithParamsLines(refusals)) shell.stderr.write(`${line}\n`);
  const retried = await retryFailed(session.pool, backfillId, {
    by: CLI_ACTOR,
    reason: options.reason ?? null,
    refused: new Set(refusals.map(({ date }) => date.position)),
  });
  if (retried.length === 0) {
    printBackfill(shell, options.output, await readBackfillReport(viewSource(session.pool), backfillId));
    notice(shell, options.output, `\nbackfill ${backfillId} has no date to retry`);
    if (refusals.length > 0) shell.exitCode = EXIT.problem;
    return;
  }
  const dates = retried.map(({ businessDate }) => businessDate.toString()).join(', ');
  notice(shell, options.output, `backfill ${backfillId}: retrying ${dates}`);
  if (options.detach !== true) return await followToEnd(shell, session, { settings, backfillId, options });
  printBackfill(shell, options.output, await readBackfillReport(viewSource(session.pool), backfillId));
  if ((await countLiveWorkers(session.pool)) === 0) notice(shell, options.output, NO_WORKER);
  notice(shell, options.output, `\nfollow it: stockflow backfill watch ${backfillId}`);
}
