/** Exports everything of one business date as a folder with checksums. */

import { existsSync } from 'node:fs';
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Pool, PoolClient } from 'pg';
import { isChannel } from '../../connections/channel/config.ts';
import {
  connectionFromEnv,
  connectionIdsIn,
  type PostgresConfig,
} from '../../connections/connection_config.ts';
import { createPool, withTransaction } from '../../connections/postgres/connect.ts';
import type { Json } from '../../core/value/json.ts';
import {
  type DateQuery,
  jsonRows,
  otherViews,
  ownViews,
  type ViewOfDate,
} from '../../store/event/audit_rows.ts';
import { newestSeal } from '../../store/event/seal_check.ts';
import { csvText } from '../../view/csv_text.ts';
import type { Column } from '../../view/listing.ts';
import { bytesText } from '../../view/time_text.ts';
import { CLI_ACTOR } from '../cli/actor.ts';
import { parseDate } from '../cli/arguments.ts';
import { describe, type Shell } from '../cli/command.ts';
import { CommandError, EXIT } from '../cli/exit_code.ts';
import { addOutputOption, notice, type OutputFormat, printListing } from '../output/output.ts';
import { openAuditSession } from './audit_session.ts';
import { Bundle, type BundleFile } from './bundle.ts';

const FORMATS = ['jsonl', 'csv'] as const;
type Format = (typeof FORMATS)[number];

interface Options {
  readonly date?: Temporal.PlainDate;
  readonly dag?: string;
  readonly to?: string;
  readonly format: Format;
  readonly output: OutputFormat;
}

export function configure(command: Command, shell: Shell): void {
  describe(command, {
    does:
      'Writes a folder with the runs of a business date, their tasks, attempts, events and files, and what every ' +
      'Postgres connection has of that date in its schema audit, each with its sha256.',
    examples: [
      'stockflow audit export --date 2026-01-31',
      'stockflow audit export --date 2026-01-31 --dag nightly_load --to evidence/january --format csv',
    ],
  })
    .requiredOption('--date <date>', 'the business date', parseDate)
    .option('--dag <dag>', 'only runs of this DAG')
    .option('--to <folder>', 'where; it must not be there yet (default: audit_<date>)', parseFolder)
    .addOption(new Option('--format <format>', 'of the files').choices(FORMATS).default('jsonl'));
  addOutputOption(command).action(async (options: Options) => {
    const { date, dag = null, format, output } = options;
    if (date === undefined) throw new CommandError(EXIT.usage, '--date is missing');
    const folder = options.to ?? `audit_${date}`;
    if (existsSync(folder)) {
      throw new CommandError(EXIT.usage, `${folder} is there already; give another --to, or remove it`);
    }
    const query: DateQuery = { businessDate: date, dagId: dag };
    await using session = await openAuditSession(shell);
    await using bundle = await Bundle.begin(folder);
    const files: BundleFile[] = [];
    const seen = new Set<string>();
    const addViews = async (tx: PoolClient, connection: string | null, views: readonly ViewOfDate[]) => {
      for (const view of views) {
        shell.signal.throwIfAborted();
        const name = `${connection === null ? '' : `${connection}.`}${view.view}.${format}`;
        files.push(
          await bundle.add(
            { name, connection, view: view.view },
            portionsOf(jsonRows(tx, view), view, format),
          ),
        );
      }
    };
    const addOthers = async (tx: PoolClient, connection: string | null) => {
      const { database, readable, forbidden } = await otherViews(tx, query);
      const unseen = readable.filter(({ view }) => !seen.has(`${database} ${view}`));
      for (const { view } of unseen) seen.add(`${database} ${view}`);
      for (const view of forbidden.filter((name) => !seen.has(`${database} ${name}`))) {
        shell.stderr.write(
          `left out, as this role may not read it: audit.${view} of ${connection ?? 'the runner'}\n`,
        );
      }
      await addViews(tx, connection, unseen);
    };

    const head = await inOneMoment(session.pool, async (tx) => {
      await addViews(tx, null, await ownViews(tx, query));
      await addOthers(tx, null);
      return await newestSeal(tx);
    });
    for (const config of postgresConnections(shell.env)) {
      await withPool(config, (pool) => inOneMoment(pool, (tx) => addOthers(tx, config.id)));
    }
    const sha256 = await bundle.finish({
      business_date: date.toString(),
      dag_id: dag,
      exported_at: Temporal.Now.instant().toString(),
      exported_by: CLI_ACTOR.actor,
      head: head && { seal_id: head.sealId, hash: head.hash, sealed_at: head.sealedAt.toString() },
    });
    printListing(shell, output, { columns: COLUMNS, rows: files });
    if (!files.some(({ view, rows }) => view === 'run' && rows > 0)) {
      notice(shell, output, `\nno run has the business date ${date}${dag === null ? '' : ` in ${dag}`}`);
    }
    notice(shell, output, `\n${folder} is written; sha256 of its manifest.json: ${sha256}`);
    notice(shell, output, `check it: stockflow audit verify ${folder}`);
  });
}

const COLUMNS: readonly Column<BundleFile>[] = [
  { key: 'name', value: ({ name }) => name },
  { key: 'rows', value: ({ rows }) => rows },
  { key: 'bytes', value: ({ bytes }) => bytes, text: ({ bytes }) => bytesText(bytes), align: 'right' },
  { key: 'sha256', value: ({ sha256 }) => sha256 },
];

/** Runs `work` on a database's rows as of one instant. */
function inOneMoment<T>(pool: Pool, work: (tx: PoolClient) => Promise<T>): Promise<T> {
  // Not tried again: what was written of it stays written.
  return withTransaction(pool, work, { isolation: 'repeatable read', retries: 0 });
}

function postgresConnections(env: Shell['env']): readonly PostgresConfig[] {
  return connectionIdsIn(env)
    .filter((id) => !isChannel(id, env))
    .map((id) => connectionFromEnv(id, env))
    .filter((config) => config.kind === 'postgres');
}

async function withPool(config: PostgresConfig, work: (pool: Pool) => Promise<void>): Promise<void> {
  const pool = createPool(config.url.reveal(), { applicationName: 'stockflow audit', max: 1 });
  try {
    await work(pool);
  } finally {
    await pool.end();
  }
}

async function* portionsOf(pages: AsyncIterable<readonly string[]>, { columns }: ViewOfDate, format: Format) {
  if (format === 'jsonl') {
    for await (const rows of pages) yield { text: rows.map((row) => `${row}\n`).join(''), rows: rows.length };
    return;
  }
  const listed = columns.map(
    (key): Column<{ readonly [column: string]: Json }> => ({ key, value: (row) => row[key] ?? null }),
  );
  const csv = (rows: readonly { readonly [column: string]: Json }[]) => csvText({ columns: listed, rows });
  const header = csv([]);
  yield { text: header, rows: 0 };
  for await (const rows of pages) {
    yield { text: csv(rows.map((row) => JSON.parse(row))).slice(header.length), rows: rows.length };
  }
}

function parseFolder(text: string): string {
  if (text.trim() !== '') return text;
  throw new InvalidArgumentError('Write the name of a folder.');
}
