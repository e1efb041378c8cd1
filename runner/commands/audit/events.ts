/** The history: who did what, when and why. */
import { type Command, InvalidArgumentError } from 'commander';
import { DurationError, parseDuration } from '../../core/time/duration.ts';
import { type ListedEvent, listEvents } from '../../store/event/listing.ts';
import { EVENT_COLUMNS } from '../../view/audit/events.ts';
import { momentIn, parseCount } from '../cli/arguments.ts';
import { describe, type Shell } from '../cli/command.ts';
import { addOutputOption, notice, type OutputFormat, printListing } from '../output/output.ts';
import { openAuditSession } from './audit_session.ts';

interface Options {
  readonly dag?: string;
  readonly run?: number;
  readonly since?: Since;
  readonly action?: string;
  readonly actor?: string;
  readonly limit: number;
  readonly output: OutputFormat;
}

/** An instant, or so long before now by the database's clock. */
type Since = { readonly at: Temporal.Instant } | { readonly agoMs: number };

export function configure(command: Command, shell: Shell): void {
  describe(command, {
    does: 'Lists events, oldest first: the newest that fit. Instants are in UTC.',
    examples: [
      'stockflow audit events --since 7d',
      'stockflow audit events --run 42',
      'stockflow audit events --dag nightly_load --action task.marked --actor night_shift',
      'stockflow audit events --since 2026-01-01 --limit 100000 -o csv > events.csv',
    ],
  })
    .option('--dag <dag>', 'only of this DAG')
    .option('--run <run>', 'only of this run', parseRunId)
    .option('--since <when>', 'only since then: 2026-01-31, an instant, or an age such as 7d', parseSince)
    .option('--action <action>', 'only such, as task.marked, or task for all of tasks', parseAction)
    .option('--actor <name>', 'only by this person or process')
    .option('--limit <count>', 'at most so many', parseCount, 50);
  addOutputOption(command).action(async (options: Options) => {
    await using session = await openAuditSession(shell);
    const { rows: clock } = await session.pool.query<{ now: Temporal.Instant }>('select now() as now');
    const { dag = null, run = null, action = null, actor = null, since, limit, output } = options;
    const rows = await listEvents(session.pool, {
      dagId: dag,
      runId: run,
      action,
      actor,
      since: since === undefined ? null : instantOf(since, clock[0]?.now),
      limit,
    });
    printListing(shell, output, { columns: EVENT_COLUMNS, rows });
    notice(shell, output, rows.length === 0 ? 'there is no such event' : nextStep(rows, limit));
  });
}

function nextStep(rows: readonly ListedEvent[], limit: number): string {
  const isCut = rows.length === limit;
  const cut = isCut ? `\nthese are the newest ${limit}; --limit shows more` : '';
  return `${cut}\nwhether any was changed: stockflow audit verify`;
}

function instantOf(since: Since, now: Temporal.Instant | undefined): Temporal.Instant | null {
  return 'at' in since ? since.at : (now?.subtract({ milliseconds: since.agoMs }) ?? null);
}

function parseSince(text: string): Since {
  const at = momentIn(text, 'UTC');
  if (at !== null) return { at };
  try {
    return { agoMs: parseDuration(text) };
  } catch (error) {
    if (!(error instanceof DurationError)) throw error;
    throw new InvalidArgumentError('Write 2026-01-31, 2026-01-31T05:00Z, or an age such as 7d.');
  }
}

function parseRunId(text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Write the number of a run; stockflow runs list shows them.');
}

function parseAction(text: string): string {
  if (/^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)?$/.test(text)) return text;
  throw new InvalidArgumentError('Write noun.verb, such as task.marked, or a noun alone.');
}
