/** The effects of an edit of DAG files, before it is in force. */
import type { Command } from 'commander';
import { databaseNow } from '../../engine/clock.ts';
import { planJson } from '../../view/plan/json.ts';
import { PLAN_COLUMNS, planRows } from '../../view/plan/rows.ts';
import { type Plan, readPlan } from '../../view/plan/source.ts';
import { planTargets } from '../../view/plan/targets.ts';
import { viewSource } from '../../view/source.ts';
import { momentIn, parseCount } from '../cli/arguments.ts';
import { describe, type Shell } from '../cli/command.ts';
import { CommandError, EXIT } from '../cli/exit_code.ts';
import { openSession } from '../cli/session.ts';
import { readSettings } from '../cli/settings.ts';
import { taskTypesOf } from '../cli/task_types.ts';
import { addOutputOption, notice, type OutputFormat, printResult } from '../output/output.ts';
import { painter } from '../output/terminal_text.ts';
import { planText } from './plan/text.ts';

interface Options {
  readonly count: number;
  readonly at?: string;
  readonly output: OutputFormat;
}

export function configure(command: Command, shell: Shell): void {
  describe(command, {
    does: 'Compares DAG files with the versions in force, and shows what the change does in real instants: next runs, dates lost or doubled, both nights of the coming year on which the clocks change, edges, deadlines, runs in flight. Changes nothing. Exits 1 when a date would be lost or doubled.',
    examples: [
      'stockflow dags plan',
      'stockflow dags plan dags/nightly_load.yaml',
      'stockflow dags plan dags/calendars/us_retail.yaml    every DAG that uses the calendar',
      'stockflow dags plan dags/nightly_load.yaml --at "2026-06-18 12:00"    as if it came into force then',
      'stockflow dags plan -o json | jq ".[].dates.lost"',
    ],
  })
    .argument('[path...]', 'files, folders of files, or ids of DAGs; the dags folder by default')
    .option('-n, --count <count>', 'how many of the next runs', parseCount, 3)
    .option('--at <instant>', 'when the change comes into force; now by default');
  addOutputOption(command).action(async (paths: string[], options: Options) => {
    const settings = readSettings(shell.env);
    const taskTypes = await taskTypesOf(settings);
    await using session = await openSession(shell, settings);
    const now = await databaseNow(session.pool);
    const moment = { now, changeAt: changeInstant(options.at, now), nextCount: options.count };
    const source = viewSource(session.pool);
    const targets = await planTargets(session.pool, settings.dagsDir, paths);
    const plans = await Promise.all(targets.map((target) => readPlan(source, taskTypes, target, moment)));
    const paint = painter(shell.stdout, shell.env);
    printResult(shell, options.output, {
      columns: PLAN_COLUMNS,
      rows: plans.flatMap(planRows),
      data: plans.map(planJson),
      text: () => plans.map((plan) => planText(plan, paint)).join('\n'),
    });
    const isInvalid = plans.some(({ problems }) => problems.length > 0);
    const isUnsafe = plans.some(({ change }) => change !== null && !change.isSafe);
    if (isInvalid) shell.exitCode = EXIT.invalidDag;
    else if (isUnsafe) shell.exitCode = EXIT.problem;
    notice(shell, options.output, isInvalid ? invalidAdvice(plans) : changeAdvice(isUnsafe));
  });
}

/** A file that was never valid has no version that could go on. */
function invalidAdvice(plans: readonly Plan[]): string {
  const invalid = plans.filter(({ problems }) => problems.length > 0);
  const lines = [
    { ids: idsOf(invalid.filter(({ before }) => before !== null)), what: 'the last valid version goes on' },
    {
      ids: idsOf(invalid.filter(({ before }) => before === null)),
      what: 'it never had a valid version, so nothing is scheduled',
    },
  ];
  return lines
    .filter(({ ids }) => ids !== '')
    .map(({ ids, what }) => `\n${ids}: an invalid file changes nothing; ${what}`)
    .join('');
}

function idsOf(plans: readonly Plan[]): string {
  return plans.map(({ target }) => target.dagId).join(', ');
}

function changeAdvice(isUnsafe: boolean): string {
  if (isUnsafe) return '\nnot safe as it stands; nothing was changed';
  return '\nsafe; a worker puts a saved file into force within seconds: stockflow dags list';
}

/** @throws CommandError (usage) */
function changeInstant(text: string | undefined, now: Temporal.Instant): Temporal.Instant {
  if (text === undefined) return now;
  const moment = momentIn(text, Temporal.Now.timeZoneId());
  if (moment === null) {
    throw new CommandError(
      EXIT.usage,
      `--at ${text} is not an instant; write 2026-06-18T12:00:00Z, or "2026-06-18 12:00" in your own time zone`,
    );
  }
  if (Temporal.Instant.compare(moment, now) < 0)
    throw new CommandError(EXIT.usage, `--at ${text} is over; a change can only come into force from now on`);
  return moment;
}
