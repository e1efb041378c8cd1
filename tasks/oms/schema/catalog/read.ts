/** Reads an OMS's tables and views from the catalog. Needs no right but to read it, which everybody has. */
import type { PoolClient } from 'pg';
import { readSql } from '../../database/sql.ts';
import { SCHEMA } from '../required/table.ts';
import { REQUIRED_TABLES } from '../required/tables.ts';
import type { FoundColumn, FoundIndex, FoundOms, FoundRelation, FoundServer, FoundTrigger } from './found.ts';
import { overBases, type ReadRelation, relationOf } from './relation.ts';
import { type PlanNode, type ViewSources, viewSources } from './view_sources.ts';

const sql = (file: string) => readSql(import.meta.url, file);
const SERVER = sql('./server.sql');
const FIND_IDS = sql('./find_ids.sql');
const RELATIONS = sql('./relations.sql');

const NO_SOURCES: ViewSources = { tables: [], columns: [] };

/** Reads it all. Call it in a read-only transaction. */
export async function readOmsCatalog(client: PoolClient): Promise<FoundOms> {
  const server = await readServer(client);
  const read = await readRelations(
    client,
    REQUIRED_TABLES.map(({ name }) => ({ schema: SCHEMA, table: name })),
  );
  const relations = new Map<string, FoundRelation>();
  for (const relation of read) {
    relations.set(relation.name, isView(relation) ? await readView(client, relation) : relationOf(relation));
  }
  return { server, relations };
}

function isView({ kind }: ReadRelation): boolean {
  return kind === 'v' || kind === 'm';
}

async function readView(client: PoolClient, view: ReadRelation): Promise<FoundRelation> {
  const sources = await readSources(client, view);
  if (sources instanceof Error) return { ...overBases(view, NO_SOURCES, []), refusal: sources.message };
  return overBases(view, sources, await readRelations(client, sources.tables));
}

/** Returns what the view reads, or the refusal of a select of it. */
async function readSources(client: PoolClient, view: ReadRelation): Promise<ViewSources | Error> {
  const columns = view.columns.map(({ name }) => client.escapeIdentifier(name)).join(', ');
  const name = `${client.escapeIdentifier(view.schema)}.${client.escapeIdentifier(view.name)}`;
  await client.query('savepoint seen_through');
  try {
    const { rows } = await client.query<{ 'QUERY PLAN': readonly { readonly Plan: PlanNode }[] }>(
      `explain (verbose, costs off, format json) select ${columns} from ${name}`,
    );
    const plan = rows[0]?.['QUERY PLAN'][0]?.Plan;
    return plan === undefined ? NO_SOURCES : viewSources(plan);
  } catch (error) {
    if (!isRefused(error)) throw error;
    await client.query('rollback to seen_through');
    return error;
  }
}

/** A right is missing, also one of the view's owner; the schema of a table below it cannot be used. */
function isRefused(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && error.code === '42501';
}

type Row = Omit<ReadRelation, 'columns' | 'indexes' | 'triggers'> & {
  readonly columns: readonly Omit<FoundColumn, 'isReadInSessionZone'>[];
  readonly indexes: readonly FoundIndex[];
  readonly triggers: readonly FoundTrigger[];
};

async function readRelations(
  client: PoolClient,
  names: readonly { readonly schema: string; readonly table: string }[],
): Promise<readonly ReadRelation[]> {
  const { rows: ids } = await client.query<{ id: string }>(FIND_IDS, [
    names.map(({ schema }) => schema),
    names.map(({ table }) => table),
  ]);
  const { rows } = await client.query<Row>(RELATIONS, [ids.map(({ id }) => id)]);
  return rows.map((row) => ({
    ...row,
    columns: row.columns.map((column) => ({ ...column, isReadInSessionZone: false })),
  }));
}

async function readServer(client: PoolClient): Promise<FoundServer> {
  const { rows } = await client.query(SERVER, [SCHEMA]);
  const [row] = rows;
  return {
    version: row.version,
    versionNumber: row.version_number,
    database: row.database,
    role: row.role,
    timeZone: row.time_zone,
    isStandby: row.is_standby,
    isReadOnly: row.is_read_only,
    mayCreateTemporary: row.may_create_temporary,
    hasSchema: row.has_schema,
    mayUseSchema: row.may_use_schema,
  };
}
