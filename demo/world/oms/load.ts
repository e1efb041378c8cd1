/** Loads the world into an OMS's tables. */
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Pool, PoolClient } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import type { Progress } from '../../../runner/task.ts';
import { OtherWorldError } from '../../other_world.ts';
import type { World } from '../world.ts';
import { OPENING_COUNT_ID, omsTables, openingCountComment } from './rows.ts';
import type { Cell, TableRows } from './table_rows.ts';

/** Returns whether the OMS was seeded with this world; later changes to it do not matter. */
export async function isSeeded(pool: Pool, world: World): Promise<boolean> {
  const { rowCount } = await pool.query(
    'select from oms.physical_inventory where physical_inventory_id = $1 and general_comments = $2',
    [OPENING_COUNT_ID, openingCountComment(world)],
  );
  return rowCount === 1;
}

export interface SeedOptions {
  readonly progress?: (progress: Progress) => void;
  readonly signal?: AbortSignal;
}

/**
 * Fills an empty OMS with the world, in one transaction.
 * @returns rows by table
 * @throws if the OMS already has products, or the signal's reason
 */
export async function seedOms(
  pool: Pool,
  world: World,
  options: SeedOptions = {},
): Promise<Readonly<Record<string, number>>> {
  const tables = omsTables(world);
  const total = tables.reduce((sum, { rows }) => sum + rows.length, 0);
  const client = await pool.connect();
  let failure: Error | undefined;
  try {
    await client.query('begin');
    await refuseFilledOms(client);
    let done = 0;
    for (const table of tables) {
      options.signal?.throwIfAborted();
      await copyTable(client, table);
      done += table.rows.length;
      options.progress?.({ done, total, unit: 'rows' });
    }
    await client.query('commit');
    for (const { table } of tables) await client.query(`analyze oms.${table}`);
  } catch (cause) {
    failure = cause instanceof Error ? cause : new Error('seeding the OMS failed', { cause });
    throw cause;
  } finally {
    // A connection in the middle of a COPY is of no further use; closing it rolls back.
    client.release(failure);
  }
  return Object.fromEntries(tables.map(({ table, rows }) => [table, rows.length]));
}

/** Refuses an OMS that has products. A concurrent second seeding waits here for the first, and then finds them. */
async function refuseFilledOms(client: PoolClient): Promise<void> {
  await client.query('lock table oms.product in share row exclusive mode');
  const { rowCount } = await client.query('select from oms.product limit 1');
  if (rowCount !== 0) {
    throw new OtherWorldError('the OMS has products already, of another world or of its own');
  }
}

async function copyTable(client: PoolClient, rows: TableRows): Promise<void> {
  const copy = client.query(copyFrom(`copy oms.${rows.table} (${rows.columns.join(', ')}) from stdin`));
  await pipeline(Readable.from(copyText(rows)), copy);
}

const LINES_PER_CHUNK = 2000;

function* copyText({ rows }: TableRows): Generator<string> {
  for (let start = 0; start < rows.length; start += LINES_PER_CHUNK) {
    yield rows
      .slice(start, start + LINES_PER_CHUNK)
      .map((row) => `${row.map(copyCell).join('\t')}\n`)
      .join('');
  }
}

function copyCell(cell: Cell): string {
  if (cell === null) return '\\N';
  return String(cell).replaceAll(/[\\\t\n\r]/g, (character) => {
    const named: Readonly<Record<string, string>> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };
    return named[character] ?? character;
  });
}
