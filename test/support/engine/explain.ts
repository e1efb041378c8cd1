import type { Pool, PoolClient } from 'pg';

interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  /** Those below are there only where the statement was run, each as the mean of its `Actual Loops`. */
  readonly 'Actual Rows'?: number;
  readonly 'Actual Loops'?: number;
  readonly 'Rows Removed by Filter'?: number;
  readonly Plans?: readonly PlanNode[];
}

/** Matches a statement that has a plan, after its comments; the others define, set or analyze something. */
const HAS_PLAN = /^(--.*\n|\s)*(select|with|insert|update|delete)\b/i;

/** The tables that a statement was planned to read from end to end, and the statement. */
export interface FullRead {
  readonly tables: readonly string[];
  readonly text: string;
}

/**
 * Runs `work` in a transaction that is rolled back, on a client that asks for the plan of each statement before it runs it.
 *
 * @returns how many statements had a plan, which of them read a table from end to end, and the kinds of node in all plans
 */
export async function explained(
  pool: Pool,
  work: (tx: PoolClient) => Promise<unknown>,
): Promise<{
  readonly statements: number;
  readonly fullReads: readonly FullRead[];
  readonly nodeTypes: ReadonlySet<string>;
}> {
  const client = await pool.connect();
  const plain = client.query.bind(client);
  const fullReads: FullRead[] = [];
  const nodeTypes = new Set<string>();
  let statements = 0;
  const query = async (config: string | { text: string; values?: unknown[] }, list: unknown[] = []) => {
    const { text, values = [] } = typeof config === 'string' ? { text: config, values: list } : config;
    if (!HAS_PLAN.test(text)) return await plain(text, values);
    const { rows } = await plain<{ 'QUERY PLAN': readonly [{ readonly Plan: PlanNode }] }>(
      `explain (format json) ${text}`,
      values,
    );
    const nodes = rows.flatMap((row) => nodesOf(row['QUERY PLAN'][0].Plan));
    for (const node of nodes) nodeTypes.add(node['Node Type']);
    const tables = nodes
      .filter((node) => node['Node Type'] === 'Seq Scan')
      .map((node) => node['Relation Name'] ?? '');
    if (tables.length > 0) fullReads.push({ tables, text });
    statements += 1;
    return await plain(text, values);
  };
  try {
    await plain('begin');
    Object.defineProperty(client, 'query', { configurable: true, value: query });
    await work(client);
    return { statements, fullReads, nodeTypes };
  } finally {
    await plain('rollback');
    // Nobody else is to get a client that explains.
    client.release(true);
  }
}

export interface Statement {
  readonly text: string;
  readonly values: readonly unknown[];
}

/** Records every statement that has a plan and that a client of the pool sends from now on. The pool must have no client yet. */
export function recordStatements(pool: Pool): readonly Statement[] {
  const statements: Statement[] = [];
  pool.on('connect', (client) => {
    const plain = client.query;
    // A query has its text first or in an object, and may have its values in either; what it returns is left alone.
    const query = (...sent: readonly unknown[]) => {
      const [first, second] = sent;
      const config = typeof first === 'object' && first !== null ? first : { text: first };
      const text = 'text' in config ? config.text : undefined;
      const values = 'values' in config ? config.values : second;
      if (typeof text === 'string' && HAS_PLAN.test(text))
        statements.push({ text, values: Array.isArray(values) ? values : [] });
      return Reflect.apply(plain, client, sent);
    };
    Object.defineProperty(client, 'query', { configurable: true, value: query });
  });
  return statements;
}

export interface TableRead {
  readonly table: string;
  readonly nodeType: string;
  /** The rows that were read to find those that were wanted; null for a statement that was only planned. */
  readonly rows: number | null;
}

/** Plans a statement, and runs it where it only reads. @returns how each table is read */
export async function tableReads(db: PoolClient, { text, values }: Statement): Promise<readonly TableRead[]> {
  const isRead = !/\b(insert|update|delete|for no key update|for update)\b/i.test(text);
  const { rows } = await db.query<{ 'QUERY PLAN': readonly [{ readonly Plan: PlanNode }] }>(
    `explain (${isRead ? 'analyze, timing off, ' : ''}format json) ${text}`,
    [...values],
  );
  return rows
    .flatMap((row) => nodesOf(row['QUERY PLAN'][0].Plan))
    .flatMap((node) => {
      const { 'Relation Name': table, 'Node Type': nodeType } = node;
      return table === undefined ? [] : [{ table, nodeType, rows: isRead ? rowsRead(node) : null }];
    });
}

/** Without the neighbours of its rows that a BRIN index leads to: they are of a range of pages, however long the table is. */
function rowsRead(node: PlanNode): number {
  const { 'Actual Rows': found = 0, 'Actual Loops': loops = 0, 'Rows Removed by Filter': removed = 0 } = node;
  return (found + removed) * loops;
}

function nodesOf(node: PlanNode): readonly PlanNode[] {
  return [node, ...(node.Plans ?? []).flatMap(nodesOf)];
}
