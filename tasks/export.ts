import { z } from 'zod';
import { connectionId, defineTask, location } from '../runner/task.ts';
import { createGuardCheck } from './guard/guard_check.ts';
import { guardActiveList } from './inventory/guard/guards.ts';
import { overrideNeedsSchema, overrideSchema } from './inventory/guard/override.ts';
import { checkOms } from './oms/check/check_oms.ts';
import { formatProducts } from './oms/products/file.ts';
import { listProducts, PRODUCT_QUERIES, type ProductQuery } from './oms/products/list.ts';

const QUERY_NAMES = Object.keys(PRODUCT_QUERIES).filter(
  (name): name is ProductQuery => name in PRODUCT_QUERIES,
);
/** Upper bound of the products without an id that the output names. */
const WITHOUT_ID_NAMED_MAX = 50;
const lastGoodSchema = z.looseObject({ rows: z.int() });

/**
 * Writes the OMS's active products at the run's instant as a CSV with the columns `product_id,id_type,id_value`.
 * Fails without retry if the list is empty, is far shorter than the last good one, or if one id names two products.
 */
export default defineTask({
  type: 'export',
  description: 'Lists the active products of the OMS in a CSV file',
  params: z.strictObject({
    connection: connectionId(),
    query: z.enum(QUERY_NAMES),
    id_type: z.string().min(1).default('SKU'),
    to: location({ access: 'write', of: 'file' }),
    guards: z.strictObject({ max_drop: z.number().min(0).max(1).default(0.2) }).prefault({}),
    override: overrideSchema,
    override_needs: overrideNeedsSchema,
  }),
  async check({ params, connections, signal, now }) {
    const { query, id_type: idType } = params;
    return await checkOms(await connections.postgres(params.connection), {
      query,
      at: now(),
      idType,
      signal,
    });
  },
  worksInShadow: true,
  async run(context) {
    const { params, run, attempt, connections, files, meter, log, signal } = context;
    const guardCheck = createGuardCheck(context, params);
    const pool = await connections.postgres(params.connection);
    const { products, withoutId } = await listProducts(pool, {
      query: params.query,
      at: run.scheduledFor,
      idType: params.id_type,
      signal,
    });
    const lastGood = lastGoodSchema.safeParse(await files.lastGoodOutput(attempt.taskId));
    const lastRows = lastGood.success ? lastGood.data.rows : null;
    await guardCheck.enforce([guardActiveList(products.length, lastRows, params.guards.max_drop)]);

    if (withoutId.length > 0) {
      await context.warn(withoutIdSentence(withoutId, params.id_type), { products: withoutId.length });
    }
    const content = formatProducts(params.id_type, products);
    const { location, bytes, sha256 } = await files.publish(params.to, content, { rows: products.length });
    meter({ rowsIn: products.length, rowsOut: products.length, bytesOut: bytes });
    log.info('active products exported', { location, rows: products.length });
    const without = { count: withoutId.length, first: withoutId.slice(0, WITHOUT_ID_NAMED_MAX) };
    return {
      location,
      rows: products.length,
      bytes,
      sha256,
      without_id: without,
      overridden_guards: [...guardCheck.overridden],
    };
  },
});

function withoutIdSentence(productIds: readonly string[], idType: string): string {
  const named = productIds.slice(0, 5).join(', ');
  const more = productIds.length > 5 ? `, and ${productIds.length - 5} more` : '';
  const have = productIds.length === 1 ? '1 active product has' : `${productIds.length} active products have`;
  return `${have} no valid ${idType}, so that no file can count ${productIds.length === 1 ? 'it' : 'them'}: product ${named}${more}`;
}
