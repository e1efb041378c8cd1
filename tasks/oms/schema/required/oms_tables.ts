/** The OMS's own tables, under the names of OFBiz's entities. */
import type { RequiredColumn, RequiredTable } from './table.ts';

const text: RequiredColumn = { type: 'text' };
const id: RequiredColumn = { type: 'text', isNotNull: true };
const instant: RequiredColumn = { type: 'timestamptz' };
const quantity: RequiredColumn = { type: 'quantity', isNotNull: true };

/** The lengths of the ids that we make: a UUID for an item; a batch's id, with a line or a facility, for what a batch posts. */
const ITEM_ID_LENGTH = 36;
const BATCH_ID_LENGTH = 60;
const PHYSICAL_INVENTORY_ID_LENGTH = 80;
const REASON_LENGTH = 20;

const itemId: RequiredColumn = { ...id, writtenLength: ITEM_ID_LENGTH };
const physicalInventoryId: RequiredColumn = { ...id, writtenLength: PHYSICAL_INVENTORY_ID_LENGTH };

export const OMS_TABLES: readonly RequiredTable[] = [
  {
    name: 'product',
    owner: 'oms',
    columns: {
      product_id: id,
      internal_name: text,
      product_type_id: text,
      is_virtual: { type: 'boolean' },
      introduction_date: instant,
      sales_discontinuation_date: instant,
    },
    keys: [{ columns: ['product_id'], severity: 'risk', why: 'a product listed twice is counted twice' }],
    indexes: [],
    rights: { select: true },
  },
  {
    name: 'good_identification',
    owner: 'oms',
    columns: {
      good_identification_type_id: id,
      product_id: id,
      from_date: { ...instant, isNotNull: true },
      thru_date: instant,
      id_value: text,
    },
    keys: [],
    indexes: [
      {
        columns: ['good_identification_type_id', 'product_id'],
        why: 'the ids of one product are looked up by it',
      },
      {
        columns: ['good_identification_type_id', 'id_value'],
        why: 'each row of a file names its product by it',
      },
    ],
    rights: { select: true },
  },
  {
    name: 'facility',
    owner: 'oms',
    columns: { facility_id: id, external_id: text },
    keys: [{ columns: ['facility_id'], severity: 'risk', why: 'a facility listed twice ends the reset' }],
    indexes: [],
    rights: { select: true },
  },
  {
    name: 'shopify_shop_product',
    owner: 'oms',
    columns: { product_id: id },
    keys: [],
    indexes: [{ columns: ['product_id'], why: 'whether a product is sold online is looked up by it' }],
    rights: { select: true },
  },
  {
    name: 'inventory_item',
    owner: 'oms',
    columns: {
      inventory_item_id: itemId,
      product_id: id,
      facility_id: id,
      location_seq_id: text,
      quantity_on_hand_total: { ...quantity, default: '0' },
      available_to_promise_total: { ...quantity, default: '0' },
    },
    keys: [
      {
        columns: ['inventory_item_id'],
        severity: 'risk',
        why: 'two items under one id share their details',
      },
      {
        columns: ['product_id', 'facility_id'],
        severity: 'risk',
        why: 'a second item for the same product and facility refuses the whole night, and nothing here keeps one from being made',
      },
    ],
    indexes: [
      {
        columns: ['product_id', 'facility_id'],
        why: 'the items of the products sold online are looked up by it',
      },
    ],
    rights: { select: true, insert: true },
  },
  {
    name: 'inventory_item_detail',
    owner: 'oms',
    columns: {
      inventory_item_id: itemId,
      inventory_item_detail_seq_id: { ...id, writtenLength: BATCH_ID_LENGTH },
      effective_date: { ...instant, isNotNull: true },
      quantity_on_hand_diff: quantity,
      available_to_promise_diff: quantity,
      reason_enum_id: { ...text, writtenLength: REASON_LENGTH },
      item_issuance_id: text,
      physical_inventory_id: { ...text, writtenLength: PHYSICAL_INVENTORY_ID_LENGTH },
    },
    keys: [
      {
        columns: ['inventory_item_id', 'inventory_item_detail_seq_id'],
        severity: 'risk',
        why: 'it is the second lock against posting a batch twice',
      },
    ],
    indexes: [
      { columns: ['inventory_item_id'], why: 'the proof of a night sums the details of each item' },
      { columns: ['effective_date'], why: 'the freeze reads only what moved after the snapshot' },
      {
        columns: ['physical_inventory_id'],
        where: 'physical_inventory_id is not null',
        why: 'the proof of a night reads what its batches posted',
      },
    ],
    rights: { select: true, insert: true },
  },
  {
    name: 'item_issuance',
    owner: 'oms',
    columns: {
      item_issuance_id: id,
      order_id: text,
      inventory_item_id: text,
      facility_id: text,
      product_id: text,
      quantity,
      cancel_quantity: { type: 'quantity' },
      issued_date_time: instant,
    },
    keys: [
      { columns: ['item_issuance_id'], severity: 'risk', why: 'a shipment listed twice ends the freeze' },
    ],
    indexes: [
      { columns: ['product_id'], why: 'the shipments of the products sold online are looked up by it' },
      {
        columns: ['inventory_item_id'],
        where: 'product_id is null',
        why: 'a shipment that does not name its product is found by its item',
      },
    ],
    rights: { select: true },
  },
  {
    name: 'external_inventory_posting',
    owner: 'oms',
    columns: {
      posting_id: id,
      item_issuance_id: text,
      facility_id: text,
      product_id: text,
      quantity_diff: quantity,
      sent_at: instant,
      response_at: instant,
      external_posted_at: instant,
    },
    keys: [{ columns: ['posting_id'], severity: 'risk', why: 'a posting listed twice ends the freeze' }],
    indexes: [
      { columns: ['product_id'], why: 'the postings of the products sold online are looked up by it' },
      { columns: ['item_issuance_id'], why: 'the postings of a shipment are looked up by it' },
    ],
    rights: { select: true },
  },
  {
    name: 'physical_inventory',
    owner: 'oms',
    columns: {
      physical_inventory_id: physicalInventoryId,
      physical_inventory_date: instant,
      general_comments: { ...text, writtenLength: 100 },
    },
    keys: [
      {
        columns: ['physical_inventory_id'],
        severity: 'risk',
        why: 'two counts under one id share their details',
      },
    ],
    indexes: [],
    rights: { select: true, insert: true },
  },
  {
    name: 'inventory_item_variance',
    owner: 'oms',
    columns: {
      inventory_item_id: itemId,
      physical_inventory_id: physicalInventoryId,
      quantity_on_hand_var: quantity,
      available_to_promise_var: quantity,
      variance_reason_id: { ...text, writtenLength: REASON_LENGTH },
    },
    keys: [
      {
        columns: ['inventory_item_id', 'physical_inventory_id'],
        severity: 'risk',
        why: 'two variances of one count contradict each other',
      },
    ],
    indexes: [],
    rights: { insert: true },
  },
];
