/** The tables of the mirror: those of the OMS that a night reads or writes, as temporary tables. */
import { type RequiredTable, sqlType } from '../../schema/required/table.ts';
import { REQUIRED_TABLES } from '../../schema/required/tables.ts';

/** The tables that the tasks of a night never touch through the mirror. */
const LEFT_OUT: ReadonlySet<string> = new Set([
  'product',
  'shopify_shop_product',
  'inventory_delta_file',
  'inventory_sync_proof',
]);

/** It tells people when a row was written, and no statement reads it. */
const FOR_PEOPLE = 'frozen_at';

/** The mirror's own table: what the V of a key is made of, for the comparison with another process. */
const VARIANCE_PART: RequiredTable = {
  name: 'variance_part',
  owner: 'sync',
  columns: {
    facility_id: { type: 'text', isNotNull: true },
    product_id: { type: 'text', isNotNull: true },
    kind: { type: 'text', isNotNull: true },
    quantity: { type: 'quantity', isNotNull: true },
  },
  keys: [],
  indexes: [],
  rights: {},
};

export const MIRRORED_TABLES: readonly RequiredTable[] = [
  ...REQUIRED_TABLES.filter(({ name }) => !LEFT_OUT.has(name)).map((table) => ({
    ...table,
    columns: Object.fromEntries(Object.entries(table.columns).filter(([name]) => name !== FOR_PEOPLE)),
  })),
  VARIANCE_PART,
];

export function mirroredTable(name: string): RequiredTable {
  const table = MIRRORED_TABLES.find((one) => one.name === name);
  if (table === undefined) throw new Error(`the mirror has no table ${name}`);
  return table;
}

/** Returns the columns in the order of COPY. */
export function columnList({ columns }: RequiredTable): string {
  return Object.keys(columns).join(', ');
}

export function createTables(): string {
  return MIRRORED_TABLES.map(createTable).join('\n');
}

/** Made once the rows are there, since filling an index row by row costs more. */
export function createIndexes(): string {
  return MIRRORED_TABLES.flatMap((table) => [
    ...table.keys.map(
      ({ columns }) =>
        `create ${isOurs(table) ? 'unique ' : ''}index on pg_temp.${table.name} (${columns.join(', ')});`,
    ),
    ...table.indexes.map(({ columns }) => `create index on pg_temp.${table.name} (${columns.join(', ')});`),
    `analyze pg_temp.${table.name};`,
  ]).join('\n');
}

/** The sync's own tables keep their rules; those of the OMS hold whatever the OMS holds. */
function isOurs({ owner }: RequiredTable): boolean {
  return owner === 'sync';
}

function createTable(table: RequiredTable): string {
  const columns = Object.entries(table.columns).map(([name, column]) => {
    // No rounding of what the OMS has with more digits.
    const type = column.type === 'quantity' && !isOurs(table) ? 'numeric' : sqlType(column.type);
    const notNull = isOurs(table) && column.isNotNull ? ' not null' : '';
    return `${name} ${type}${notNull}${column.default === undefined ? '' : ` default ${column.default}`}`;
  });
  return `create temporary table ${table.name} (${columns.join(', ')}) on commit drop;`;
}
