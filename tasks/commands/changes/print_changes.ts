import type { PoolClient } from 'pg';
import type { OutputFormat, Shell } from '../../../runner/command.ts';
import { type DagRun, rowObject } from '../../../runner/history.ts';
import { CHANGE_COLUMNS, changesCsv } from '../../changes/columns.ts';
import type { ChangesReport } from '../../changes/report.ts';
import { type AppliedBatch, changesOf, type Scope } from '../../oms/changes/read_changes.ts';
import { reportText } from './report_text.ts';

interface Printed {
  readonly scope: Scope;
  readonly report: ChangesReport;
  readonly options: { readonly limit: number; readonly output: OutputFormat };
  /** Null for the last night, whichever run applied it. */
  readonly run: DagRun | null;
}

export async function printChanges(shell: Shell, client: PoolClient, printed: Printed): Promise<void> {
  const { scope, options, run } = printed;
  const print = (text: string) => shell.stdout.write(text);
  switch (options.output) {
    case 'table':
      print(
        reportText(shell, printed.report, { limit: options.limit, shadowOf: isShadow(run) ? run : null }),
      );
      shell.stderr.write(nextStep(run));
      break;
    case 'csv':
      for await (const text of changesCsv(changesOf(client, scope))) print(text);
      break;
    case 'jsonl':
      for await (const rows of changesOf(client, scope)) {
        print(rows.map((row) => `${JSON.stringify(rowObject(CHANGE_COLUMNS, row))}\n`).join(''));
      }
      break;
    case 'json':
      await printDocument(print, client, printed);
      break;
  }
}

/** Prints one JSON document, writing its changes as they are read. */
async function printDocument(
  print: (text: string) => void,
  client: PoolClient,
  { scope, report, run }: Printed,
): Promise<void> {
  const { totals, collapsed, zeroOrBelow, rejected, filterRejected, held, lostCover, undone } = report;
  const head = {
    run_id: run?.runId ?? null,
    mode: run?.mode ?? 'apply',
    batches: scope.batches.map(batchObject),
    totals,
    zero_or_below: zeroOrBelow.rows,
    rejected: rejected.rows,
    rejected_count: rejected.total,
    filter_rejected: filterRejected.rows,
    filter_rejected_count: filterRejected.total,
    held: held.rows,
    held_count: held.total,
    lost_cover: lostCover.rows,
    lost_cover_count: lostCover.total,
    undone_entries: undone.rows,
    undone_entries_count: undone.total,
    collapsed,
  };
  print(`${JSON.stringify(head, null, 2).slice(0, -2)},\n  "changes": [`);
  let separator = '\n    ';
  for await (const rows of changesOf(client, scope)) {
    for (const row of rows) {
      print(`${separator}${JSON.stringify(rowObject(CHANGE_COLUMNS, row))}`);
      separator = ',\n    ';
    }
  }
  print('\n  ]\n}\n');
}

function batchObject({ snapshot_at, applied_at, result: _, ...batch }: AppliedBatch) {
  return { ...batch, snapshot_at: snapshot_at?.toString() ?? null, applied_at: applied_at.toString() };
}

function isShadow(run: DagRun | null): run is DagRun {
  return run?.mode === 'shadow';
}

function nextStep(of: DagRun | null): string {
  const runId = of?.runId ?? null;
  const compare = isShadow(of) ? `beside what was done instead: npx stockflow compare ${of.runId}\n` : '';
  const csv = `npx stockflow changes ${runId ?? ''} -o csv`.replace('  ', ' ');
  const run = runId === null ? 'npx stockflow status' : `npx stockflow runs show ${runId}`;
  return `\nall of them, for a spreadsheet: ${csv}\n${compare}how it ran: ${run}\n`;
}
