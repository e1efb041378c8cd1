import type { PoolClient } from 'pg';
import { type Column, csvText, type OutputFormat, rowObject, type Shell } from '../../../runner/command.ts';
import {
  type AppliedBatch,
  type Change,
  changesOf,
  largestChanges,
  type Scope,
} from '../../oms/changes/read_changes.ts';
import type { ChangesReport } from './report.ts';
import { reportText } from './report_text.ts';

export const CHANGE_COLUMNS: readonly Column<Change>[] = [
  { key: 'facility_id', value: ({ facility_id }) => facility_id },
  { key: 'sku', value: ({ sku }) => sku },
  { key: 'product_id', value: ({ product_id }) => product_id },
  { key: 'before', value: ({ before }) => before },
  { key: 'reset', value: ({ reset }) => reset },
  { key: 'variance', value: ({ variance }) => variance },
  { key: 'delta', value: ({ delta }) => delta },
  { key: 'after', value: ({ after }) => after },
  { key: 'diff', value: ({ diff }) => diff },
];

interface Printed {
  readonly scope: Scope;
  readonly report: ChangesReport;
  readonly options: { readonly limit: number; readonly output: OutputFormat };
  /** Null for the last night, whichever run applied it. */
  readonly runId: number | null;
}

export async function printChanges(shell: Shell, client: PoolClient, printed: Printed): Promise<void> {
  const { scope, options } = printed;
  const print = (text: string) => shell.stdout.write(text);
  switch (options.output) {
    case 'table': {
      const largest = await largestChanges(client, scope, options.limit + 1);
      print(reportText(shell, printed.report, { largest, limit: options.limit }));
      shell.stderr.write(nextStep(printed.runId));
      break;
    }
    case 'csv': {
      let isFirst = true;
      for await (const rows of changesOf(client, scope)) {
        const text = csvText({ columns: CHANGE_COLUMNS, rows });
        // Each block comes with the header.
        print(isFirst ? text : text.slice(text.indexOf('\n') + 1));
        isFirst = false;
      }
      break;
    }
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
  { scope, report, runId }: Printed,
): Promise<void> {
  const { totals, collapsed, zeroOrBelow, rejected, filterRejected, held, lostCover, undone } = report;
  const head = {
    run_id: runId,
    batches: scope.batches.map(batchObject),
    totals,
    zero_or_below: zeroOrBelow,
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

function nextStep(runId: number | null): string {
  const csv = `npx stockflow changes ${runId ?? ''} -o csv`.replace('  ', ' ');
  const run = runId === null ? 'npx stockflow status' : `npx stockflow runs show ${runId}`;
  return `\nall of them, for a spreadsheet: ${csv}\nhow it ran: ${run}\n`;
}
