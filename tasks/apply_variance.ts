import { z } from 'zod';
import { connectionId, defineTask } from '../runner/task.ts';
import { findColumns } from './inventory/columns/header_check.ts';
import { VARIANCE_COLUMNS } from './inventory/columns/mapping.ts';
import { varianceColumnsSchema } from './inventory/columns/param.ts';
import { dialectShape } from './inventory/file/dialect.ts';
import { publishedFileSchema } from './oms/applied/file.ts';
import { applyBatch } from './oms/apply/apply_batch.ts';
import { applyVariance } from './oms/apply/variance/apply_variance.ts';

/** The dialect that `variance` writes. */
const DIALECT = z.strictObject(dialectShape).parse({ compression: 'none' });

/**
 * Posts the night's variance: corrects the counts that the reset took over unchanged from the external system.
 * Applied once per night. Keys that the reset did not cover are skipped and reported. Fails without retry and changes
 * nothing if that reset is not applied, the file is not the published one, or its values differ from the frozen ones.
 */
export default defineTask({
  type: 'apply_variance',
  description: "Applies a published variance file after its night's reset, once per night",
  params: z.strictObject({
    connection: connectionId(),
    external_system_id: z.string().min(1),
    /** The output of `variance`. */
    file: publishedFileSchema,
    id_type: z.string().min(1).default('SKU'),
    columns: varianceColumnsSchema,
  }),
  worksInShadow: true,
  async run(context) {
    const { params, run } = context;
    const { file } = params;
    const outcome = await applyBatch(
      context,
      {
        kind: 'VARIANCE',
        connection: params.connection,
        night: {
          externalSystemId: params.external_system_id,
          businessDate: run.businessDate.toString(),
          revision: file.revision,
        },
        file: {
          location: file.location,
          sha256: file.sha256,
          identitySha256: file.sha256,
          rows: file.rows ?? null,
          snapshot: { at: file.snapshot_at, facilities: file.facilities },
        },
        locations: 'hold_out',
        format: {
          dialect: DIALECT,
          quantity: 'integer',
          idType: params.id_type,
          locate: (header) => {
            const { availableDelta, ...columns } = findColumns(
              header,
              params.columns,
              VARIANCE_COLUMNS,
              DIALECT.delimiter,
            );
            return { ...columns, quantity: availableDelta };
          },
        },
      },
      applyVariance,
    );
    return {
      ...outcome.result,
      batch_id: outcome.batchId,
      already_applied: outcome.isAlreadyApplied,
      snapshot_at: outcome.snapshotAt.toString(),
    };
  },
});
