/** Generates the products' rows in the OMS, with the properties that make each one active or a near miss. */

import type { Product } from '../product.ts';
import type { World } from '../world.ts';
import { type Cell, instantText, type TableRows } from './table_rows.ts';

const DAY_MS = 86_400_000;
/** Later than any run of this world. */
const FAR_FUTURE = '2099-01-01T00:00:00Z';

export function productRows(world: World): readonly TableRows[] {
  const daysBefore = (days: number) => instantText(world.night.snapshotAtMs - days * DAY_MS);
  return [
    {
      table: 'product',
      columns: [
        'product_id',
        'internal_name',
        'product_type_id',
        'is_virtual',
        'introduction_date',
        'sales_discontinuation_date',
      ],
      rows: world.products.map((product, index) => [
        product.productId,
        `Product ${index + 1}`,
        product.kind === 'not_physical' ? 'DIGITAL_GOOD' : 'FINISHED_GOOD',
        product.kind === 'virtual' || (product.kind === 'ordinary' && index % 12 === 0),
        product.kind === 'not_introduced' ? FAR_FUTURE : daysBefore(400),
        discontinuationOf(product, index, daysBefore(1)),
      ]),
    },
    identificationRows(world, daysBefore),
    {
      table: 'shopify_shop_product',
      columns: ['shop_id', 'product_id', 'shopify_product_id'],
      rows: world.products.flatMap(shopRowsOf),
    },
  ];
}

function discontinuationOf({ kind }: Product, index: number, yesterday: string): string | null {
  if (kind === 'discontinued') return yesterday;
  if (kind === 'ordinary') return index % 5 === 0 ? yesterday : null;
  return kind === 'active' && index % 3 === 0 ? FAR_FUTURE : null;
}

function identificationRows(world: World, daysBefore: (days: number) => string): TableRows {
  const rows = world.products.flatMap((product, index) => {
    const own: Cell[][] = [
      [
        'SKU',
        product.productId,
        daysBefore(400),
        product.kind === 'expired_identification' ? daysBefore(30) : null,
        product.sku,
      ],
    ];
    if (product.formerSku !== null) {
      own.push(['SKU', product.productId, daysBefore(800), daysBefore(400), product.formerSku]);
    }
    if (product.kind === 'active' || index % 50 === 0) {
      own.push(['UPCA', product.productId, daysBefore(400), null, String(index + 1).padStart(12, '0')]);
    }
    return own;
  });
  return {
    table: 'good_identification',
    columns: ['good_identification_type_id', 'product_id', 'from_date', 'thru_date', 'id_value'],
    rows,
  };
}

/** Returns the shop links; some products are sold in two shops and are still one product. */
function shopRowsOf({ productId, kind }: Product, index: number): readonly Cell[][] {
  if (kind === 'ordinary' || kind === 'not_in_shop' || kind === 'look_alike') return [];
  const shops = kind === 'active' && index % 4 === 0 ? ['SHOP_1', 'SHOP_2'] : ['SHOP_1'];
  return shops.map((shopId) => [shopId, productId, `${8_000_000_000 + index}`]);
}
