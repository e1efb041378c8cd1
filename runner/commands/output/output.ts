/** Prints data on stdout in the format of `-o`. */
import { type Command, Option } from 'commander';
import type { Json } from '../../core/value/json.ts';
import { csvText } from '../../view/csv_text.ts';
import { type Listing, rowObject } from '../../view/listing.ts';
import type { Shell } from '../cli/command.ts';
import { formatTable } from './table_text.ts';
import { painter } from './terminal_text.ts';

export const OUTPUT_FORMATS = ['table', 'json', 'jsonl', 'csv'] as const;
export type OutputFormat = (typeof OUTPUT_FORMATS)[number];

/** One thing with its rows: machines get `data`, people `text()`, spreadsheets the rows. */
export interface Printable<Row> extends Listing<Row> {
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

export function printResult<Row>(shell: Shell, format: OutputFormat, printable: Printable<Row>): void {
  if (format === 'table') shell.stdout.write(printable.text());
  else if (format === 'csv') shell.stdout.write(csvText(printable));
  else shell.stdout.write(`${JSON.stringify(printable.data, null, format === 'json' ? 2 : 0)}\n`);
}

/** Writes a sentence for a person on stderr; only with the table format, so that machines get data alone. */
export function notice(shell: Shell, format: OutputFormat, sentence: string): void {
  if (format === 'table') shell.stderr.write(`${sentence}\n`);
}
