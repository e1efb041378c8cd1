/** The `compare` command: sets what the present process made of the counts beside what a shadow run would have made of them. */
import type { Command } from 'commander';
import {
  addOutputOption,
  CommandError,
  describe,
  EXIT,
  type OutputFormat,
  openSession,
  parseCount,
  readSettings,
  type Session,
  type Shell,
} from '../../runner/command.ts';
import { ConnectionPools } from '../../runner/history.ts';
import { type Comparison, compareRun } from '../changes/comparison.ts';
import { countsPool, NoOms } from '../changes/oms_database.ts';
import { namedShadowRun, newestShadowRuns, ShadowReplaced, type ShadowRun } from '../changes/shadow_run.ts';
import { newestShadowRun, nothingForetold } from './changes/foretold.ts';
import { printComparison } from './compare/print_comparison.ts';
import { printNights } from './compare/print_nights.ts';

interface CompareOptions {
  readonly last?: number;
  readonly dag?: string;
  readonly resetReason: readonly string[];
  readonly varianceReason: readonly string[];
  readonly limit: number;
  readonly output: OutputFormat;
}

export function configure(command: Command, shell: Shell): void {
  describe(command, {
    does: 'Sets what the present process made of the counts beside what a shadow run would have made of them, key by key, with the reason of each difference. Without a run, of the newest shadow run. Exits 1 where the present process has posted nothing, or a difference has no known reason.',
    examples: [
      'stockflow compare',
      'stockflow compare 12 -o csv > compared.csv',
      'stockflow compare --last 14',
      'stockflow compare 12 --reset-reason VAR_IMPORT --variance-reason VAR_LOST',
    ],
  })
    .argument('[run]', 'the id of a shadow run, or of a DAG whose newest run is one')
    .option('--last <count>', 'sum up the newest shadow runs, one for each date', parseCount)
    .option('--dag <dag_id>', 'with --last: only those of this DAG')
    .option('--reset-reason <ids...>', 'the reasons under which the present process sets counts', [
      'VAR_EXT_RESET',
    ])
    .option('--variance-reason <ids...>', 'the reasons under which it corrects them', ['VAR_INTEGR'])
    .option('--limit <count>', 'at most so many lines of a list in the table', parseCount, 20);
  addOutputOption(command).action(async (run: string | undefined, options: CompareOptions) => {
    if (run !== undefined && options.last !== undefined) {
      throw new CommandError(EXIT.usage, 'give a run, or --last for the newest ones, not both');
    }
    await using session = await openSession(shell, readSettings(shell.env));
    await using connections = new ConnectionPools(shell.env, session.log);
    const oms = await countsPool({ env: shell.env, connections, pool: session.pool }).catch(asCommandError);
    const compare = (shadow: ShadowRun) =>
      compareRun(
        { pool: session.pool, oms },
        {
          shadow,
          reasons: { resetReasons: options.resetReason, varianceReasons: options.varianceReason },
          now: Temporal.Now.instant(),
        },
      ).catch(asCommandError);
    if (options.last === undefined) await compareOne(shell, { session, run: run ?? null, options, compare });
    else await compareLast(shell, { session, count: options.last, options, compare });
  });
}

interface Comparing {
  readonly session: Session;
  readonly options: CompareOptions;
  readonly compare: (shadow: ShadowRun) => Promise<Comparison | null>;
}

async function compareOne(
  shell: Shell,
  { session, run, options, compare }: Comparing & { readonly run: string | null },
): Promise<void> {
  const shadow = run === null ? await newestShadowRun(session.pool) : await namedShadowRun(session.pool, run);
  if (shadow === null)
    throw new CommandError(EXIT.notFound, `${run} is not a shadow run; stockflow runs list shows which are`);
  const comparison = await compare(shadow);
  if (comparison === null) throw nothingForetold(shadow.run);
  printComparison(shell, comparison, options);
  if (isUnexplained(comparison)) shell.exitCode = EXIT.problem;
}

async function compareLast(
  shell: Shell,
  { session, count, options, compare }: Comparing & { readonly count: number },
): Promise<void> {
  const shadows = await newestShadowRuns(session.pool, { dagId: options.dag ?? null, count });
  const nights: Comparison[] = [];
  for (const shadow of shadows) {
    const comparison = await compare(shadow);
    if (comparison !== null) nights.push(comparison);
  }
  if (nights.length === 0) {
    throw new CommandError(
      EXIT.notFound,
      'no shadow run has foretold anything yet; stockflow runs list shows what ran',
    );
  }
  printNights(shell, nights.toReversed(), options);
  if (nights.some(isUnexplained)) shell.exitCode = EXIT.problem;
}

function isUnexplained({ setKeys, totals }: Comparison): boolean {
  return setKeys === 0 || totals.some(({ reason }) => reason === 'other');
}

function asCommandError(error: unknown): never {
  if (error instanceof ShadowReplaced) throw new CommandError(EXIT.problem, error.message);
  if (!(error instanceof NoOms)) throw error;
  throw new CommandError(
    EXIT.notFound,
    'neither the connection oms nor this database has the counts of an OMS (oms.inventory_item_detail)',
  );
}
