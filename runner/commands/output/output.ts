/** Data on stdout, in the form that was asked for. */
import { type Command, Option } from 'commander';
import type { Json } from '../../core/value/json.ts';
import type { Shell } from '../cli/command.ts';
import { csvText } from './csv_text.ts';
import { type Listing, rowObject } from './listing.ts';
import { formatTable } from './table_text.ts';
import { painter } from './terminal_text.ts';

export const OUTPUT_FORMATS = ['table', 'json', 'jsonl', 'csv'] as const;
export type OutputFormat = (typeof OUTPUT_FORMATS)[number];

/** What `show` commands print: one object to machines, a text to people, and its rows to spreadsheets. */
export interface Shown<Row> extends Listing<Row> {
  readonly data: Json;
  text(): string;
}

export function addOutputOption(command: Command): Command {
  return command.addOption(
    new Option('-o, --output <format>', 'how the data is printed').choices(OUTPUT_FORMATS).default('table'),
  );
}

export function printListing<Row>(shell: Shell, format: OutputFormat, listing: Listing<Row>): void {
  const { columns, rows } = listing;
  const print = (text: string) => shell.stdout.write(text);
  switch (format) {
    case 'table':
      if (rows.length > 0) print(formatTable(listing, painter(shell.stdout, shell.env)));
      break;
    case 'json':
      print(
        `${JSON.stringify(
          rows.map((row) => rowObject(columns, row)),
          null,
          2,
        )}\n`,
      );
      break;
    case 'jsonl':
      for (const row of rows) print(`${JSON.stringify(rowObject(columns, row))}\n`);
      break;
    case 'csv':
      print(csvText(listing));
      break;
  }
}

export function printShown<Row>(shell: Shell, format: OutputFormat, shown: Shown<Row>): void {
  if (format === 'table') shell.stdout.write(shown.text());
  else if (format === 'csv') shell.stdout.write(csvText(shown));
  else shell.stdout.write(`${JSON.stringify(shown.data, null, format === 'json' ? 2 : 0)}\n`);
}

/** A sentence for a person, on stderr; machines that asked for data are not bothered. */
export function tell(shell: Shell, format: OutputFormat, sentence: string): void {
  if (format === 'table') shell.stderr.write(`${sentence}\n`);
}
