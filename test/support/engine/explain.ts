import type { Pool, PoolClient } from 'pg';

interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
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

function nodesOf(node: PlanNode): readonly PlanNode[] {
  return [node, ...(node.Plans ?? []).flatMap(nodesOf)];
}
