/** The tables that the sync keeps in the OMS for itself, so that the OMS alone can prove what was applied, and once. */
import type { RequiredColumn, RequiredKey, RequiredTable } from './table.ts';

const text: RequiredColumn = { type: 'text' };
const id: RequiredColumn = { type: 'text', isNotNull: true };
const date: RequiredColumn = { type: 'date', isNotNull: true };
const instant: RequiredColumn = { type: 'timestamptz' };
const quantity: RequiredColumn = { type: 'quantity', isNotNull: true };
const count: RequiredColumn = { type: 'integer', isNotNull: true };
const now: RequiredColumn = { ...instant, isNotNull: true, default: 'now()' };
const json: RequiredColumn = { type: 'jsonb', isNotNull: true };
const revision: RequiredColumn = { ...count, default: '1' };

const NIGHT = ['external_system_id', 'business_date', 'revision'];
const night = { external_system_id: id, business_date: date, revision };
const place = { facility_id: id, product_id: id };

/** A key to which an insert refers, so that it fails without. */
const insertKey = (...columns: readonly string[]): RequiredKey => ({
  columns,
  severity: 'blocks',
  why: 'an insert of ours refers to it',
});
const onceKey = (columns: readonly string[], why: string): RequiredKey => ({
  columns,
  severity: 'blocks',
  why,
});

export const SYNC_TABLES: readonly RequiredTable[] = [
  {
    name: 'inventory_sync_batch',
    owner: 'sync',
    columns: {
      batch_id: id,
      kind: id,
      ...night,
      snapshot_at: instant,
      file_sha256: text,
      rows: { type: 'integer' },
      attempt_token: text,
      applied_at: { ...instant, default: 'now()' },
      result: { ...json, default: "'{}'" },
    },
    keys: [
      onceKey(['batch_id'], 'two batches under one id share what they posted'),
      onceKey(['kind', ...NIGHT], 'it alone keeps a night from being applied twice'),
    ],
    indexes: [{ columns: ['file_sha256'], why: 'a file that was applied before is found by it' }],
    rights: { select: true, insert: true, update: 'all' },
  },
  {
    name: 'inventory_sync_freeze',
    owner: 'sync',
    columns: {
      ...night,
      snapshot_at: { ...instant, isNotNull: true },
      facility_snapshots: { ...json, default: "'{}'" },
      go_live: instant,
      id_type: id,
      product_ids: { type: 'text[]', isNotNull: true },
      id_values: { type: 'text[]', isNotNull: true },
      expectation_count: count,
      earlier_batch_count: count,
      frozen_at: now,
    },
    keys: [onceKey(NIGHT, 'a night frozen twice has two expectations')],
    indexes: [],
    rights: { select: true, insert: true, update: ['expectation_count'], delete: true },
  },
  {
    name: 'inventory_sync_expectation',
    owner: 'sync',
    columns: {
      ...night,
      ...place,
      snapshot_at: instant,
      ledger_qoh_at_snapshot: { ...quantity, default: '0' },
      variance_qty: { ...quantity, default: '0' },
      location_seq_id: text,
    },
    keys: [insertKey(...NIGHT, 'facility_id', 'product_id')],
    indexes: [],
    rights: { select: true, insert: true, update: ['ledger_qoh_at_snapshot'], delete: true },
  },
  {
    name: 'inventory_sync_held_key',
    owner: 'sync',
    columns: { ...night, ...place, reason: id, detail: text },
    keys: [onceKey([...NIGHT, 'facility_id', 'product_id', 'reason'], 'a key held twice is reported twice')],
    indexes: [],
    rights: { select: true, insert: true, delete: true },
  },
  {
    name: 'external_inventory_reset',
    owner: 'sync',
    columns: { batch_id: id, ...place, external_qoh: quantity, quantity_on_hand_diff: quantity },
    keys: [onceKey(['batch_id', 'facility_id', 'product_id'], 'a key set twice is corrected twice')],
    indexes: [],
    rights: { select: true, insert: true },
  },
  {
    name: 'inventory_sync_reject',
    owner: 'sync',
    columns: { batch_id: id, line: { type: 'integer' }, reason: text, raw: text },
    keys: [],
    indexes: [{ columns: ['batch_id', 'line'], why: 'the rejected rows of a night are looked up by it' }],
    rights: { select: true, insert: true },
  },
  {
    name: 'inventory_sync_proof',
    owner: 'sync',
    columns: {
      external_system_id: id,
      business_date: date,
      attempt_token: id,
      invariant: id,
      checked: count,
      wrong: count,
      examples: { ...json, default: "'[]'" },
      checked_at: now,
      revision,
    },
    keys: [
      onceKey(
        ['external_system_id', 'business_date', 'attempt_token', 'invariant'],
        'a proof repeated after a lost connection is written twice',
      ),
    ],
    indexes: [],
    rights: { select: true, insert: true },
  },
  {
    name: 'inventory_delta_batch',
    owner: 'sync',
    columns: {
      batch_id: id,
      external_system_id: id,
      file_sha256: id,
      file_name: text,
      rows: { type: 'integer' },
      attempt_token: text,
      applied_at: now,
      result: { ...json, default: "'{}'" },
    },
    keys: [
      onceKey(['batch_id'], 'two batches under one id share what they posted'),
      onceKey(['external_system_id', 'file_sha256'], 'it alone keeps a delta file from being applied twice'),
    ],
    indexes: [],
    rights: { select: true, insert: true },
  },
  {
    name: 'inventory_delta',
    owner: 'sync',
    columns: {
      batch_id: id,
      line: count,
      ...place,
      id_value: id,
      effective_date: { ...instant, isNotNull: true },
      quantity_diff: quantity,
      on_hand_before: quantity,
      covered_by_batch_id: text,
    },
    keys: [onceKey(['batch_id', 'line'], 'a line kept twice is reported twice')],
    indexes: [
      {
        columns: ['product_id', 'facility_id', 'effective_date'],
        why: 'the movements of one product are looked up by it',
      },
    ],
    rights: { select: true, insert: true },
  },
  {
    name: 'inventory_delta_file',
    owner: 'sync',
    columns: {
      external_system_id: id,
      location: id,
      bytes: { type: 'bigint', isNotNull: true },
      modified_at: instant,
      outcome: id,
      reason: text,
      judged_at: now,
    },
    keys: [insertKey('external_system_id', 'location')],
    indexes: [],
    rights: {
      select: true,
      insert: true,
      update: ['bytes', 'modified_at', 'outcome', 'reason', 'judged_at'],
    },
  },
];
