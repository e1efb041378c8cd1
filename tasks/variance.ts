import { z } from 'zod';
import { connectionId, defineTask, duration, instant, location } from '../runner/task.ts';
import { publishFolder } from './files/publish_folder.ts';
import { varianceColumnsSchema } from './inventory/columns/param.ts';
import { fileSnapshotSchema } from './oms/applied/file.ts';
import { readSql } from './oms/database/sql.ts';
import { type Freeze, freezeNight, type MovedId } from './oms/freeze/freeze.ts';
import { publishVariance } from './oms/freeze/variance_file.ts';
import { readProducts } from './oms/products/file.ts';
import { onOms } from './oms/shadow/on_oms.ts';

const KEEP_VARIANCE_PARTS = readSql(import.meta.url, './oms/shadow/variance_parts.sql');
const AMBIGUOUS_NAMED_MAX = 50;
const UNACKNOWLEDGED_NAMED_MAX = 20;

/**
 * Freezes the OMS's count at the file's snapshot (L) and the known error of the external system (V), and publishes
 * every V that is not zero. A night whose reset is applied keeps its freeze and publishes the same file again.
 */
export default defineTask({
  type: 'variance',
  description: 'Freezes the night in the OMS and publishes the inventory variance file',
  params: z.strictObject({
    connection: connectionId(),
    external_system_id: z.string().min(1),
    /** The output of `wait_for_file`. */
    file: fileSnapshotSchema,
    /** The list that `export` wrote. */
    active: location({ access: 'read', of: 'file' }),
    /** The folder to publish in. */
    to: location({ access: 'write', of: 'folder' }),
    id_type: z.string().min(1).default('SKU'),
    columns: varianceColumnsSchema,
    /** Shipments before this instant are treated as booked. */
    go_live: instant().nullish(),
    unacknowledged_after: duration().prefault('3d'),
  }),
  worksInShadow: true,
  async run(context) {
    const { params, run, connections, files, meter, log, warn } = context;
    const products = await readProducts(files, params.active, params.id_type);
    const pool = await connections.postgres(params.connection);
    const night = {
      externalSystemId: params.external_system_id,
      businessDate: run.businessDate.toString(),
      revision: params.file.revision,
    };
    const snapshot = { at: params.file.snapshot_at, facilities: params.file.facilities };
    const productIds = products.map(({ productId }) => productId);
    const shadow = { night, purpose: 'freeze', productIds, snapshot, from: null, to: 'frozen' } as const;
    const how = { isolation: 'repeatable read', shadow } as const;
    const freeze = await onOms(context, pool, how, async (client) => {
      const frozen = await freezeNight(client, {
        night,
        snapshot,
        idType: params.id_type,
        products,
        goLive: params.go_live ?? null,
        unacknowledgedAfterMs: params.unacknowledged_after,
      });
      if (run.mode === 'shadow') await client.query(KEEP_VARIANCE_PARTS);
      return frozen;
    });
    if (freeze.isKept) {
      log.warn('the reset of this night is applied; its freeze is kept', {
        snapshotAt: freeze.snapshot.at.toString(),
      });
    }
    if (freeze.movedIds.length > 0) {
      await warn(movedIdsSentence(freeze.movedIds), { ids: freeze.movedIds.length });
    }
    const published = await publishVariance(files, freeze, {
      to: publishFolder(params.to, run.mode),
      businessDate: run.businessDate,
      columns: params.columns,
    });
    meter({ rowsIn: freeze.expectationCount, rowsOut: published.rows, bytesOut: published.bytes });
    return {
      location: published.location,
      name: published.name,
      sha256: published.sha256,
      bytes: published.bytes,
      rows: published.rows,
      manifest_location: published.manifestLocation,
      snapshot_at: freeze.snapshot.at.toString(),
      facilities: Object.fromEntries([...freeze.snapshot.byFacility].map(([id, at]) => [id, at.toString()])),
      revision: freeze.revision,
      freeze_kept: freeze.isKept,
      ...figuresOf(freeze),
    };
  },
});

const MOVED_NAMED_MAX = 5;

function movedIdsSentence(moved: readonly MovedId[]): string {
  const named = moved
    .slice(0, MOVED_NAMED_MAX)
    .map(
      ({ sku, was, is, business_date }) => `${sku} was product ${was} on ${business_date} and is ${is} now`,
    );
  const more = moved.length > named.length ? `; and ${moved.length - named.length} more` : '';
  return (
    `${moved.length} ${moved.length === 1 ? 'id was' : 'ids were'} given to another product, and the product before keeps ` +
    `its last count: ${named.join('; ')}${more}`
  );
}

function figuresOf({ variance, expectationCount, heldOutKeys, unacknowledged }: Freeze) {
  return {
    /** Sum of the absolute corrections. */
    units: variance.reduce((sum, { quantity }) => sum + Math.abs(Number(quantity)), 0),
    expectation_keys: expectationCount,
    ambiguous_keys: new Set(heldOutKeys.map((key) => JSON.stringify([key.facility_id, key.product_id]))).size,
    ambiguous: heldOutKeys
      .slice(0, AMBIGUOUS_NAMED_MAX)
      .map(({ id_value, ...key }) => ({ ...key, sku: id_value })),
    unacknowledged: {
      count: unacknowledged.length,
      oldest: unacknowledged.slice(0, UNACKNOWLEDGED_NAMED_MAX).map((shipment) => ({ ...shipment })),
    },
  };
}
