/** Last night, one sentence per DAG. */
import type { Command } from 'commander';
import type { Pool } from 'pg';
import { type UnsentChannel, unsentChannels } from '../store/alert/listing.ts';
import { type FailingFeed, failingFeeds } from '../store/feed/failing.ts';
import { countLiveWorkers, liveAndLostWorkers } from '../store/worker/live_worker.ts';
import { failingText } from '../view/alerts/failing.ts';
import { unsentText } from '../view/alerts/unsent.ts';
import type { Column } from '../view/listing.ts';
import { viewSource } from '../view/source.ts';
import type { LastRunStatus } from '../view/status/last_run_status.ts';
import type { StatusRemedy } from '../view/status/remedy.ts';
import { type DagStatus, readStatus, STATUS_COLUMNS } from '../view/status/status.ts';
import { spanText } from '../view/time_text.ts';
import { describe, type Shell } from './cli/command.ts';
import { EXIT } from './cli/exit_code.ts';
import { openSession } from './cli/session.ts';
import { readSettings } from './cli/settings.ts';
import { addOutputOption, notice, type OutputFormat, printListing } from './output/output.ts';
import { remedyLines } from './output/remedy_text.ts';
import { questionsText, warningsText } from './run/text.ts';

const COLUMNS: readonly Column<DagStatus>[] = [
  ...STATUS_COLUMNS,
  // Of each problem, in its row: of thirteen lines below a table nobody finds the one that belongs to his DAG.
  { key: 'command', value: ({ remedy }) => commandFor(remedy), omitEmpty: true },
  { key: 'sentence', value: (row) => `${row.sentence}${afterSentence(row.remedy)}` },
];

export function configure(command: Command, shell: Shell): void {
  describe(command, {
    does: 'Reports how the last night of every DAG went, in one sentence; also a night that did not run, a file that is invalid, and alerts, heartbeats and lineage that cannot be sent. Exits 1 when there is a problem.',
    examples: [
      'stockflow status',
      'stockflow status -o json',
      'stockflow status || mail -s "last night" ops',
    ],
  });
  addOutputOption(command).action(async (options: { output: OutputFormat }) => {
    const settings = readSettings(shell.env);
    await using session = await openSession(shell, settings);
    const { dags: rows } = await readStatus(viewSource(session.pool), settings.dagsDir);
    printListing(shell, options.output, { columns: COLUMNS, rows });
    if (options.output === 'table') {
      shell.stdout.write(
        rows.map((row) => `${failureRemedy(row)}${questionLines(row)}${warningLines(row)}`).join(''),
      );
    }
    const gaveUp = await gaveUpText(session.pool);
    if (gaveUp !== '') notice(shell, options.output, gaveUp);
    if ((await countLiveWorkers(session.pool)) === 0) {
      notice(shell, options.output, '\nno worker is running: nothing starts before stockflow up');
    }
    const unsent = await unsentChannels(session.pool);
    const zone = rows[0]?.timezone ?? 'UTC';
    if (unsent.length > 0) notice(shell, options.output, unsentLines(unsent, zone));
    const failing = await failingFeeds(session.pool);
    if (failing.length > 0) notice(shell, options.output, failingLines(failing, zone));
    // A channel that tells nobody is a problem of the night; figures for others are not.
    const brokenHeartbeats = failing.filter(({ feed }) => feed === 'heartbeat').length;
    const problems = rows.filter(({ isProblem }) => isProblem);
    if (problems.length + unsent.length + brokenHeartbeats > 0) shell.exitCode = EXIT.problem;
    notice(shell, options.output, advice(problems, rows));
  });
}

const GAVE_UP_WITHIN_MS = 24 * 3_600_000;

/** Names the workers that could not go on, and what they ran; empty where there are none. */
async function gaveUpText(pool: Pool): Promise<string> {
  const workers = await liveAndLostWorkers(pool, GAVE_UP_WITHIN_MS);
  return workers
    .flatMap(({ workerId, host, pid, silentMs, lostReason }) =>
      lostReason === null
        ? []
        : [`\nworker ${workerId} (${host}, pid ${pid}) gave up ${spanText(silentMs)} ago: ${lostReason}`],
    )
    .join('');
}

function unsentLines(unsent: readonly UnsentChannel[], timezone: string): string {
  const lines = unsent.map((channel) => `  ${unsentText(channel, timezone)}`);
  const [first] = unsent;
  return `\nalerts not sent\n${lines.join('\n')}\n  whether it is reached again: stockflow alerts test ${first?.channel}`;
}

function failingLines(failing: readonly FailingFeed[], timezone: string): string {
  return `\nother services not reached\n${failing.map((feed) => `  ${failingText(feed, timezone)}`).join('\n')}`;
}

/** Names the actions that the task that failed proposes; empty where it proposes none. */
function failureRemedy({ dagId, run }: LastRunStatus): string {
  if (run === null || run.failedTaskId === null) return '';
  const lines = remedyLines(run.remedy, { runId: run.runId, taskId: run.failedTaskId });
  const head = `\nhelp for ${run.failedTaskId} of ${dagId}\n`;
  return lines.length === 0 ? '' : `${head}${lines.map((line) => `  ${line}\n`).join('')}`;
}

/** Names what tasks of the DAG ask a person, with the command that answers. */
function questionLines({ dagId, approvals, timezone }: DagStatus): string {
  if (approvals.length === 0) return '';
  return `\n${dagId} waits for an answer\n${questionsText(approvals, timezone)}`;
}

/** At most this many warnings of a DAG are shown here; the run has them all. */
const SHOWN_WARNINGS = 5;

function warningLines({ dagId, run, warnings }: LastRunStatus): string {
  const hidden = warnings.length - SHOWN_WARNINGS;
  const more = hidden > 0 ? `  and ${hidden} more: stockflow runs show ${run?.runId}\n` : '';
  return warnings.length === 0
    ? ''
    : `\nwarnings of ${dagId}\n${warningsText(warnings.slice(0, SHOWN_WARNINGS))}${more}`;
}

function advice(problems: readonly LastRunStatus[], rows: readonly LastRunStatus[]): string {
  if (rows.length === 0) return 'there is no DAG yet';
  if (problems.length === 0) {
    const warned = rows.some(({ warnings }) => warnings.length > 0) ? ', but read the warnings' : '';
    return `\nno problem${warned}; what is next: stockflow dags list`;
  }
  const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
  return `\n${count}: run the command in the row`;
}

/** Returns the command that shows why, or that does what was not done; null where there is neither. */
function commandFor(remedy: StatusRemedy | null): string | null {
  switch (remedy?.action) {
    case 'explain_run':
      return `stockflow runs explain ${remedy.runId}`;
    case 'show_run':
      return `stockflow runs show ${remedy.runId}`;
    case 'validate_dag':
      return 'stockflow dags validate';
    case 'trigger_date':
      return `stockflow trigger ${remedy.dagId} --date ${remedy.date}`;
    default:
      return null;
  }
}

/** Returns the end of the sentence of a DAG that waits for a person without having a problem. */
export function afterSentence(remedy: StatusRemedy | null): string {
  switch (remedy?.action) {
    case 'resume_dag':
      return `; stockflow dags resume ${remedy.dagId} schedules it again`;
    case 'start_worker':
      return ': stockflow up reads it';
    default:
      return '';
  }
}
