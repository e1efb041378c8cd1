/** Everything that the sync's statements need of an OMS. A test holds the list against the statements. */
import { OMS_TABLES } from './oms_tables.ts';
import { SYNC_TABLES } from './sync_tables.ts';
import type { RequiredTable } from './table.ts';

export const REQUIRED_TABLES: readonly RequiredTable[] = [...OMS_TABLES, ...SYNC_TABLES];

/** The columns that the trigger writes which keeps the totals, as whoever inserts a detail. */
export const TOTALS_TABLE = 'inventory_item';
export const TOTALS_COLUMNS = ['quantity_on_hand_total', 'available_to_promise_total'] as const;
export const DETAILS_TABLE = 'inventory_item_detail';
