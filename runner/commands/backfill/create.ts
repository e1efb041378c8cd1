/** Creates a backfill, which works a range of dates, and follows it. */
import { type Command, Option } from 'commander';
import {
  BACKFILL_ORDERS,
  type BackfillOrder,
  isWorked,
  type PlannedDate,
  REPROCESS_MODES,
  type Reprocess,
} from '../../core/backfill/plan.ts';
import { YIELDS_TO, type YieldsTo } from '../../core/backfill/room.ts';
import type { Dag } from '../../core/dag/dag.ts';
import { createBackfill } from '../../engine/backfill/requests.ts';
import { findDag } from '../../store/dag/dag.ts';
import type { TimeEdges } from '../../store/run/dag_run.ts';
import { countLiveWorkers } from '../../store/worker/live_worker.ts';
import { PLAN_WITH_DETAIL } from '../../view/backfill/columns.ts';
import { holdData } from '../../view/backfill/hold.ts';
import { type PlannedBackfill, planBackfill, planCountsText } from '../../view/backfill/plan.ts';
import { readBackfillReport } from '../../view/backfill/report.ts';
import { rowObject } from '../../view/listing.ts';
import { viewSource } from '../../view/source.ts';
import { CLI_ACTOR } from '../cli/actor.ts';
import { collectParam, parseCount, parseDate } from '../cli/arguments.ts';
import { describe, type Shell } from '../cli/command.ts';
import { confirm } from '../cli/confirm.ts';
import { CommandError, EXIT } from '../cli/exit_code.ts';
import { openSession, type Session } from '../cli/session.ts';
import { readSettings } from '../cli/settings.ts';
import { taskTypesOf } from '../cli/task_types.ts';
import { registerDagOfCommand } from '../dag/register.ts';
import { addOutputOption, notice, printResult } from '../output/output.ts';
import { runWithParamsLines } from '../output/remedy_text.ts';
import { formatTable } from '../output/table_text.ts';
import { type Paint, painter } from '../output/terminal_text.ts';
import { NO_WORKER } from '../worker/with_worker.ts';
import { holdText } from './hold_text.ts';
import { precheckRunner } from './precheck_runner.ts';
import { addFollowOptions, type FollowOptions, followToEnd } from './report/follow.ts';
import { printBackfill } from './report/report.ts';

interface Options extends FollowOptions {
  readonly from: Temporal.PlainDate;
  readonly to: Temporal.PlainDate;
  readonly reprocess: Reprocess;
  readonly runBackwards?: true;
  readonly maxActiveRuns: number;
  readonly timeEdges: TimeEdges;
  readonly yieldsTo?: YieldsTo;
  readonly param: Readonly<Record<string, string>>;
  readonly reason?: string;
  readonly dryRun?: true;
  readonly yes?: true;
  readonly detach?: true;
}

export function configure(command: Command, shell: Shell): void {
  describe(command, {
    does: 'Works every date of a range, oldest first and one at a time. Ctrl-C detaches: the backfill goes on.',
    examples: [
      'stockflow backfill create nightly_load --from 2026-01-01 --to 2026-01-31 --dry-run',
      'stockflow backfill create nightly_load --from 2026-01-01 --to 2026-01-31',
      'stockflow backfill create nightly_load --from 2026-01-01 --to 2026-01-31 --reprocess failed -y --detach',
    ],
  })
    .argument('<dag>', 'the id of a DAG')
    .requiredOption('--from <date>', 'the first business date', parseDate)
    .requiredOption('--to <date>', 'the last business date', parseDate)
    .addOption(
      new Option('--reprocess <which>', 'which runs that have ended are worked again')
        .choices(REPROCESS_MODES)
        .default('none'),
    )
    .option('--run-backwards', 'the newest date first')
    .option('--max-active-runs <count>', 'at most so many dates at once', parseCount, 1)
    .addOption(
      new Option('--time-edges <how>', 'whether not_before and delays are waited for')
        .choices(['keep', 'collapse'])
        .default('collapse'),
    )
    .addOption(
      new Option('--yields-to <runs>', 'begin no date that could be in the way of these runs').choices(
        YIELDS_TO,
      ),
    )
    .option('--param <name=value>', 'a param of the DAG; again for each', collectParam, {})
    .option('--reason <text>', 'kept in the history')
    .option('--dry-run', 'show what would be done with each date, and do nothing')
    .option('-y, --yes', 'do not ask')
    .option('--detach', 'return at once; workers work it');
  addOutputOption(addFollowOptions(command)).action((dagId: string, options: Options) =>
    create(shell, dagId, options),
  );
}

async function create(shell: Shell, name: string, options: Options): Promise<void> {
  if (Temporal.PlainDate.compare(options.from, options.to) > 0)
    throw new CommandError(EXIT.usage, `--from ${options.from} lies after --to ${options.to}`);
  const settings = readSettings(shell.env);
  await using session = await openSession(shell, settings);
  const taskTypes = await taskTypesOf(settings);
  const order: BackfillOrder = BACKFILL_ORDERS[options.runBackwards === true ? 1 : 0];
  const range = { from: options.from, to: options.to, reprocess: options.reprocess, order };
  const { timeEdges, maxActiveRuns, yieldsTo = null } = options;
  const request = { params: options.param, timeEdges, maxActiveRuns, yieldsTo, ...range };
  const plan = await planBackfill(viewSource(session.pool), precheckRunner(shell, session, taskTypes), {
    ...request,
    dagId: name,
    dagsDir: settings.dagsDir,
  });
  if (options.dryRun === true) return showPlan(shell, plan, options);
  const count = plan.dates.filter(isWorked).length;
  if (count > 0) printHold(shell, plan, options);
  if (count > 0) await confirmPlan(shell, plan, { count, isConfirmed: options.yes === true });
  await registerDagOfCommand(session.pool, settings, name);
  const { dagId } = plan.dag;
  const backfill = await createBackfill(session.pool, {
    ...request,
    dagId,
    taskTypes,
    refusals: plan.refusals,
    by: CLI_ACTOR,
    reason: options.reason ?? null,
  });
  if (backfill === null) return showNothing(shell, plan, options);
  const { backfillId } = backfill;
  notice(
    shell,
    options.output,
    `backfill ${backfillId} of ${dagId}: ${count} ${count === 1 ? 'date' : 'dates'}, ${order.replace('_', ' ')}, ${options.maxActiveRuns} at a time`,
  );
  printUnchecked(shell, plan);
  await noticePaused(shell, session, { dagId, options });
  if (options.detach === true) return await detach(shell, session, { backfillId, plan, options });
  await followToEnd(shell, session, { settings, backfillId, options });
}

/** Prints the plan on stdout; exits 5 where it cannot be sure, as a connection did not answer. */
function showPlan(shell: Shell, plan: PlannedBackfill, options: Options): void {
  const { output } = options;
  printPlan(shell, plan, output);
  notice(shell, output, `\n${planCountsText(plan.dates)}`);
  printHold(shell, plan, options);
  if (printUnchecked(shell, plan)) shell.exitCode = EXIT.unreachable;
  notice(shell, output, 'dry run, nothing was done: without --dry-run these dates are worked');
}

/** Prints the plan, for machines as `{dates, holds_back}`. */
function printPlan(shell: Shell, { dag, dates, hold }: PlannedBackfill, output: Options['output']): void {
  const rows = dates.map((date) => ({ date, timezone: dag.timezone }));
  const listing = { columns: PLAN_WITH_DETAIL, rows };
  const data = { dates: rows.map((row) => rowObject(PLAN_WITH_DETAIL, row)), holds_back: holdData(hold) };
  printResult(shell, output, {
    ...listing,
    data,
    text: () => planText(dag, dates, painter(shell.stdout, shell.env)),
  });
}

/** Returns the table of the plan, and below it the params with which refused dates can run. */
function planText({ timezone }: Dag, dates: readonly PlannedDate[], paint: Paint): string {
  const rows = dates.map((date) => ({ date, timezone }));
  const table = formatTable({ columns: PLAN_WITH_DETAIL, rows }, paint);
  return [table, ...runWithParamsLines(dates).map((line) => `${line}\n`)].join('');
}

function printHold(shell: Shell, { dag, hold }: PlannedBackfill, { output }: Options): void {
  if (hold !== null) notice(shell, output, holdText(hold, dag));
}

/** @returns true where there is something that was not checked */
function printUnchecked(shell: Shell, { refusals, dates }: PlannedBackfill): boolean {
  const unknown = refusals.filter(({ kind }) => kind === 'unknown');
  const [first] = unknown;
  if (first === undefined || !dates.some(isWorked)) return false;
  shell.stderr.write(
    `${unknown.length} of these dates could not be checked: ${first.detail}\n` +
      'a date that must be refused is then refused by its own run, which fails and changes nothing\n',
  );
  return true;
}

async function confirmPlan(
  shell: Shell,
  { dag, dates }: PlannedBackfill,
  { count, isConfirmed }: { readonly count: number; readonly isConfirmed: boolean },
): Promise<void> {
  if (!isConfirmed && shell.stderr.isTTY) {
    shell.stderr.write(planText(dag, dates, painter(shell.stderr, shell.env)));
  }
  if (!isConfirmed) shell.stderr.write(`${planCountsText(dates)}\n`);
  await confirm(shell, `work ${count} ${count === 1 ? 'date' : 'dates'} of ${dag.dagId}`, isConfirmed);
}

/** Prints that no date is to be worked: success where all is done, a problem where a date was refused. */
function showNothing(shell: Shell, plan: PlannedBackfill, { output }: Options): void {
  printPlan(shell, plan, output);
  notice(shell, output, `\nnothing to do: ${planCountsText(plan.dates)}`);
  if (plan.dates.some(({ decision }) => decision === 'refused')) shell.exitCode = EXIT.problem;
}

async function noticePaused(
  shell: Shell,
  session: Session,
  { dagId, options }: { readonly dagId: string; readonly options: Options },
): Promise<void> {
  const row = await findDag(session.pool, dagId);
  if (row?.isPaused !== true) return;
  notice(
    shell,
    options.output,
    `${dagId} is paused: its schedule stands still, the backfill is worked all the same`,
  );
}

async function detach(
  shell: Shell,
  session: Session,
  {
    backfillId,
    plan,
    options,
  }: { readonly backfillId: number; readonly plan: PlannedBackfill; readonly options: Options },
): Promise<void> {
  const holds_back = holdData(plan.hold);
  printBackfill(shell, options.output, await readBackfillReport(viewSource(session.pool), backfillId), {
    holds_back,
  });
  if ((await countLiveWorkers(session.pool)) === 0) notice(shell, options.output, NO_WORKER);
  notice(shell, options.output, `\nfollow it: stockflow backfill watch ${backfillId}`);
}
