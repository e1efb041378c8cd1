const TABLE = String.raw`((?:"?[a-z_][a-z0-9_$]*"?\.)?"?[a-z_][a-z0-9_$]*"?)`;
const TARGETS = [
  new RegExp(String.raw`^(insert)\s+into\s+${TABLE}`, 'i'),
  new RegExp(String.raw`^(update)\s+(?:only\s+)?${TABLE}`, 'i'),
  new RegExp(String.raw`^(delete)\s+from\s+(?:only\s+)?${TABLE}`, 'i'),
  new RegExp(String.raw`^(copy|merge\s+into|truncate)\s+(?:table\s+)?${TABLE}`, 'i'),
  new RegExp(String.raw`^(select)\b[^']*?\bfrom\s+${TABLE}`, 'i'),
];

/** A statement in a few words without any of its values. */
export interface StatementSummary {
  /** `INSERT`, `COPY`, `WITH`. */
  readonly operation: string;
  /** `INSERT shop.count`; the operation alone if its table is not plain. */
  readonly summary: string;
}

/** Summarises the text of a statement by its first word and its table, which hold no value of a query. */
export function summariseStatement(text: string): StatementSummary {
  const plain = text.replace(/^(?:\s|--[^\n]*\n|\/\*[\s\S]*?\*\/)+/, '').slice(0, 2_000);
  for (const pattern of TARGETS) {
    const [, verb, table] = pattern.exec(plain) ?? [];
    if (verb === undefined || table === undefined) continue;
    const operation = verb.split(/\s/)[0]?.toUpperCase() ?? '';
    return { operation, summary: `${operation} ${table.replaceAll('"', '')}` };
  }
  const operation = /^[a-z]+/i.exec(plain)?.[0]?.toUpperCase() ?? 'STATEMENT';
  return { operation, summary: operation };
}
