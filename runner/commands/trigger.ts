/** Starts a run of a DAG. */
import { type Command, Option } from 'commander';
import { triggerRun } from '../engine/operator/trigger.ts';
import type { DagRun, TimeEdges } from '../store/run/dag_run.ts';
import { countLiveWorkers } from '../store/worker/live_worker.ts';
import { zoneOf } from '../view/dag/zones.ts';
import { rowObject } from '../view/listing.ts';
import { RUN_COLUMNS } from '../view/run/columns.ts';
import { viewSource } from '../view/source.ts';
import { inZone } from '../view/time_text.ts';
import { CLI_ACTOR } from './cli/actor.ts';
import { collectParam, parseDate, parseSpanMs } from './cli/arguments.ts';
import { describe, type Shell } from './cli/command.ts';
import { EXIT } from './cli/exit_code.ts';
import { openSession, type Session } from './cli/session.ts';
import { readSettings } from './cli/settings.ts';
import { registerDagOfCommand } from './dag/register.ts';
import { addOutputOption, notice, type OutputFormat, printResult } from './output/output.ts';
import { followRun } from './run/follow.ts';
import { printRunResult } from './run/text.ts';
import { NO_WORKER, withWorker } from './worker/with_worker.ts';

interface Options {
  readonly date?: Temporal.PlainDate;
  readonly param: Readonly<Record<string, string>>;
  readonly timeEdges: TimeEdges;
  readonly wait?: true;
  readonly local?: true;
  readonly timeout?: number;
  readonly reason?: string;
  readonly output: OutputFormat;
}

export function configure(command: Command, shell: Shell): void {
  describe(command, {
    does: 'Starts a run of a DAG, as its file stands now.',
    examples: [
      'stockflow trigger nightly_load --wait',
      'stockflow trigger nightly_load --date 2026-01-31 --time-edges collapse --local',
      'stockflow trigger stock_count --param store=12 --reason "recount asked for by store 12"',
    ],
  })
    .argument('<dag>', 'the id of a DAG')
    .option(
      '--date <date>',
      'the night to work, by its business date; the present instant by default',
      parseDate,
    )
    .option('--param <name=value>', 'a param of the DAG; again for each', collectParam, {})
    .addOption(
      new Option('--time-edges <how>', 'whether not_before and delays are waited for')
        .choices(['keep', 'collapse'])
        .default('keep'),
    )
    .option('--wait', 'follow the run to its end, and exit by its result')
    .option('--local', 'work in this process until the run has ended; no other worker is needed')
    .option('--timeout <span>', 'with --wait or --local: give up waiting after 10m, 2h, ...', parseSpanMs)
    .option('--reason <text>', 'kept in the history');
  addOutputOption(command).action((dagId: string, options: Options) => trigger(shell, dagId, options));
}

async function trigger(shell: Shell, dagId: string, options: Options): Promise<void> {
  const settings = readSettings(shell.env);
  await using session = await openSession(shell, settings);
  const taskTypes = await registerDagOfCommand(session.pool, settings, dagId);
  const run = await triggerRun(session.pool, {
    dagId,
    date: options.date ?? null,
    params: options.param,
    taskTypes,
    timeEdges: options.timeEdges,
    by: CLI_ACTOR,
    reason: options.reason ?? null,
  });
  if (run.state === 'queued') {
    notice(
      shell,
      options.output,
      `run ${run.runId} is queued; what it waits for: stockflow runs explain ${run.runId}`,
    );
  }
  if (options.wait !== true && options.local !== true)
    return await printStarted(shell, session, run, options);
  const ended = await withWorker(shell, session, { settings, local: options.local }, () =>
    followRun(shell, session.pool, { runId: run.runId, timeoutMs: options.timeout ?? null }),
  );
  await printRunResult(shell, session.pool, { runId: run.runId, output: options.output });
  if (ended.state !== 'success') shell.exitCode = EXIT.problem;
}

async function printStarted(shell: Shell, session: Session, run: DagRun, { output }: Options): Promise<void> {
  const row = { run, timezone: await zoneOf(viewSource(session.pool).versions, run.dagVersionId) };
  printResult(shell, output, {
    columns: RUN_COLUMNS,
    rows: [row],
    data: rowObject(RUN_COLUMNS, row),
    text: () =>
      `run ${run.runId} of ${run.dagId}: ${run.state}, for ${inZone(run.scheduledFor, row.timezone)}\n`,
  });
  if ((await countLiveWorkers(session.pool)) === 0) notice(shell, output, NO_WORKER);
  notice(shell, output, `follow it: stockflow runs watch ${run.runId}`);
}
