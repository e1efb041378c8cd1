/** The tables that one task of a shadow night hands on to the next, and how each is written and read back. */
import { TOTALS_COLUMNS } from '../../schema/required/tables.ts';
import { columnList, mirroredTable } from '../mirror/tables.ts';

interface Carried {
  /** The condition of the rows that are handed on; the mirror's table is `t`. */
  readonly where: string;
  /** The columns by which a row that is there already is known. */
  readonly key: readonly string[];
  /** Whether the night's rows replace those of the OMS, where the night was frozen but not applied. */
  readonly replaces: boolean;
}

const OF_NIGHT = `t.external_system_id = current_setting('stockflow.external_system_id')
   and t.business_date = current_setting('stockflow.business_date')::date`;
const OF_OWN_BATCH = `t.batch_id in (${ownBatches()})`;
const NIGHT = ['external_system_id', 'business_date', 'revision'];
const PLACE = ['facility_id', 'product_id'];

function ownBatches(): string {
  return 'select b.batch_id from pg_temp.inventory_sync_batch b where b.batch_id not in (select batch_id from mirrored_batch)';
}

const CARRIED: Readonly<Record<string, Carried>> = {
  // For readers who have no OMS at hand.
  facility: { where: 'true', key: ['facility_id'], replaces: false },
  inventory_sync_batch: { where: OF_OWN_BATCH, key: ['kind', ...NIGHT], replaces: false },
  inventory_sync_freeze: { where: OF_NIGHT, key: NIGHT, replaces: true },
  inventory_sync_expectation: { where: OF_NIGHT, key: NIGHT, replaces: true },
  inventory_sync_held_key: { where: OF_NIGHT, key: NIGHT, replaces: true },
  variance_part: { where: 'true', key: ['facility_id', 'product_id', 'kind'], replaces: false },
  external_inventory_reset: { where: OF_OWN_BATCH, key: ['batch_id', ...PLACE], replaces: false },
  inventory_sync_reject: { where: OF_OWN_BATCH, key: ['batch_id', 'line'], replaces: false },
  physical_inventory: {
    where: `exists (select from (${ownBatches()}) own where starts_with(t.physical_inventory_id, own.batch_id || ':'))`,
    key: ['physical_inventory_id'],
    replaces: false,
  },
  inventory_item_variance: {
    where: 'true',
    key: ['inventory_item_id', 'physical_inventory_id'],
    replaces: false,
  },
  inventory_item: {
    where: 't.inventory_item_id not in (select inventory_item_id from mirrored_item)',
    // The OMS may have made an item for it since.
    key: PLACE,
    replaces: false,
  },
  inventory_item_detail: {
    where: `t.inventory_item_detail_seq_id in (${ownBatches()})`,
    key: ['inventory_item_id', 'inventory_item_detail_seq_id'],
    replaces: false,
  },
};

export const CARRIED_TABLES: readonly string[] = Object.keys(CARRIED);
/** The sections that the OMS itself answers, where there is one: they are not taken over from the state. */
const OF_OMS: readonly string[] = ['facility'];
/** Taken over once the OMS's own items are there. */
const OF_ITEMS: readonly string[] = ['inventory_item', 'inventory_item_detail'];
/** The sections of what the sync keeps of the night. */
export const NIGHT_TABLES: readonly string[] = CARRIED_TABLES.filter(
  (table) => !OF_OMS.includes(table) && !OF_ITEMS.includes(table),
);

function carried(table: string): Carried {
  const found = CARRIED[table];
  if (found === undefined) throw new Error(`a shadow night hands on no table ${table}`);
  return found;
}

/** Returns the statement that writes the rows of a table. */
export function copyOut(table: string): string {
  const columns = Object.keys(mirroredTable(table).columns).map((column) => `t.${column}`);
  return `copy (select ${columns.join(', ')} from pg_temp.${table} t where ${carried(table).where}) to stdout`;
}

/** Returns the first line of a table's section, as pg_dump writes it. */
export function sectionHeader(table: string): string {
  return `COPY ${table} (${columnList(mirroredTable(table))}) FROM stdin;`;
}

/** Returns the table whose section begins with this line; null if none does. */
export function tableOfHeader(line: string): string | null {
  return CARRIED_TABLES.find((table) => line === sectionHeader(table)) ?? null;
}

export function stageTable(table: string): string {
  return `create temporary table carried_${table} (like pg_temp.${table} including defaults) on commit drop`;
}

export function copyIn(table: string): string {
  return `copy pg_temp.carried_${table} (${columnList(mirroredTable(table))}) from stdin`;
}

/** Totals follow from the details, which are taken over after the items. */
const DERIVED: readonly string[] = TOTALS_COLUMNS;

/** Returns the statements that take the staged rows over. */
export function takeOver(table: string): string {
  const { key, replaces } = carried(table);
  const columns = Object.keys(mirroredTable(table).columns)
    .filter((column) => !DERIVED.includes(column))
    .join(', ');
  const isSame = key.map((column) => `t.${column} is not distinct from c.${column}`).join(' and ');
  const there = `exists (select from pg_temp.${table} t where ${isSame})`;
  const insert = `insert into pg_temp.${table} (${columns}) select ${columns} from pg_temp.carried_${table} c`;
  if (!replaces) return `${insert} where not ${there};`;
  // By the freeze that is taken over, since it may hold out nothing where an earlier one, in the OMS, did.
  return `delete from pg_temp.${table} t where exists (select from pg_temp.carried_inventory_sync_freeze c where ${isSame});\n${insert};`;
}

/** Turns the details of items that the shadow made to the items that the OMS has made for them since. */
export const FOLLOW_ITEMS = `update pg_temp.carried_inventory_item_detail d
   set inventory_item_id = i.inventory_item_id
  from pg_temp.carried_inventory_item c
  join pg_temp.inventory_item i using (product_id, facility_id)
 where d.inventory_item_id = c.inventory_item_id
   and i.inventory_item_id <> c.inventory_item_id`;
