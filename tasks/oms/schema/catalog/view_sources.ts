/** Finds the tables and columns below a view, from the plan of a select of it: the catalog does not tell which is which. */

export interface ViewSource {
  readonly schema: string;
  readonly table: string;
  readonly column: string;
  /**
   * `none`: the column itself, or as text, by which its indexes are used all the same. `session_zone`: a time without a
   * zone, read as of the zone of the session.
   */
  readonly cast: 'none' | 'session_zone';
}

export interface ViewSources {
  /** The tables that the plan reads. */
  readonly tables: readonly { readonly schema: string; readonly table: string }[];
  /** In the order of the selected columns; null stands for an expression. */
  readonly columns: readonly (ViewSource | null)[];
}

/** A node of a plan in JSON, by `explain (verbose)`. */
export interface PlanNode {
  readonly 'Relation Name'?: string;
  readonly Schema?: string;
  readonly Alias?: string;
  readonly Output?: readonly string[];
  readonly Plans?: readonly PlanNode[];
}

const IDENTIFIER = '([a-z_][a-z0-9_$]*|"(?:[^"]|"")+")';
const COLUMN = new RegExp(`^${IDENTIFIER}\\.${IDENTIFIER}$`);
const AS_TEXT = new RegExp(
  `^\\(${IDENTIFIER}\\.${IDENTIFIER}\\)::(?:text|character varying(?:\\(\\d+\\))?)$`,
);
const IN_SESSION_ZONE = new RegExp(`^\\(${IDENTIFIER}\\.${IDENTIFIER}\\)::timestamp with time zone$`);

export function viewSources(plan: PlanNode): ViewSources {
  const scans = new Map<string, { readonly schema: string; readonly table: string }>();
  for (const node of nodesOf(plan)) {
    const { 'Relation Name': table, Schema: schema, Alias: alias } = node;
    if (table !== undefined && schema !== undefined && alias !== undefined)
      scans.set(alias, { schema, table });
  }
  return {
    tables: [...scans.values()],
    columns: (plan.Output ?? []).map((expression) => sourceOf(expression, scans)),
  };
}

function nodesOf(node: PlanNode): readonly PlanNode[] {
  return [node, ...(node.Plans ?? []).flatMap(nodesOf)];
}

function sourceOf(
  expression: string,
  scans: ReadonlyMap<string, { readonly schema: string; readonly table: string }>,
): ViewSource | null {
  const plain = COLUMN.exec(expression) ?? AS_TEXT.exec(expression);
  const [, alias, column] = plain ?? IN_SESSION_ZONE.exec(expression) ?? [];
  const scan = alias === undefined ? undefined : scans.get(unquoted(alias));
  if (scan === undefined || column === undefined) return null;
  return { ...scan, column: unquoted(column), cast: plain === null ? 'session_zone' : 'none' };
}

function unquoted(identifier: string): string {
  return identifier.startsWith('"') ? identifier.slice(1, -1).replaceAll('""', '"') : identifier;
}
