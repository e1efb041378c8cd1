import { z } from 'zod';
import { connectionId, defineTask } from '../runner/task.ts';
import { createGuardCheck } from './guard/guard_check.ts';
import { overriddenUpstream } from './guard/overridden_guards.ts';
import { findColumns } from './inventory/columns/header_check.ts';
import { RESET_COLUMNS } from './inventory/columns/mapping.ts';
import { resetColumnsSchema } from './inventory/columns/param.ts';
import { dialectShape, quantityShape } from './inventory/file/dialect.ts';
import { overrideNeedsSchema, overrideSchema } from './inventory/guard/override.ts';
import { publishedFileSchema } from './oms/applied/file.ts';
import { applyBatch, LOCATION_RULES } from './oms/apply/apply_batch.ts';
import { resetNight } from './oms/apply/reset/reset_night.ts';
import { resetWarnings } from './oms/apply/warnings/reset_warnings.ts';

/**
 * Sets the OMS's counts as of the file's snapshot to the external system's. Applied once per night. Fails without
 * retry and changes nothing if the file is not the published one, the night was not frozen for it, a later snapshot
 * is already applied, or a guard trips.
 */
export default defineTask({
  type: 'reset',
  description: "Makes the OMS's counts match a published reset file, once per night",
  params: z.strictObject({
    connection: connectionId(),
    external_system_id: z.string().min(1),
    /** The output of `filter`. */
    file: publishedFileSchema,
    columns: resetColumnsSchema,
    ...dialectShape,
    ...quantityShape,
    id_type: z.string().min(1).default('SKU'),
    /**
     * How to treat a product that the file counts at several locations of one store: hold it out, or add up its
     * counts.
     */
    locations: z.enum(LOCATION_RULES).default('hold_out'),
    guards: z
      .strictObject({
        /** Highest share of rejected rows, 0 to 1. */
        max_rejected: z.number().min(0).max(1).default(0.005),
        /** Highest change of a single key, in units. */
        max_single_change: z.number().positive().nullish(),
        /** Highest sum of all changes, in units. */
        max_total_change: z.number().positive().nullish(),
      })
      .prefault({}),
    override: overrideSchema,
    override_needs: overrideNeedsSchema,
  }),
  worksInShadow: true,
  async run(context) {
    const { params, run } = context;
    const { delimiter, quote, encoding, compression, file, guards } = params;
    const guardCheck = createGuardCheck(context, params);
    const overriddenBefore = overriddenUpstream(context.upstream);
    const outcome = await applyBatch(
      context,
      {
        kind: 'RESET',
        connection: params.connection,
        night: {
          externalSystemId: params.external_system_id,
          businessDate: run.businessDate.toString(),
          revision: file.revision,
        },
        file: {
          location: file.location,
          sha256: file.sha256,
          // Whether this night's file was applied before is decided by the external system's own file.
          identitySha256: file.source?.sha256 ?? file.sha256,
          rows: file.rows ?? null,
          snapshot: { at: file.snapshot_at, facilities: file.facilities },
        },
        locations: params.locations,
        format: {
          dialect: { delimiter, quote, encoding, compression },
          quantity: params.quantity,
          idType: params.id_type,
          locate: (header) => {
            const { availableQty, ...columns } = findColumns(
              header,
              params.columns,
              RESET_COLUMNS,
              delimiter,
            );
            return { ...columns, quantity: availableQty };
          },
        },
      },
      (batch) =>
        resetNight(batch, {
          bounds: {
            maxRejected: guards.max_rejected,
            maxSingleChange: guards.max_single_change ?? null,
            maxTotalChange: guards.max_total_change ?? null,
          },
          guardCheck,
          overriddenBefore,
          files: context.files,
        }),
    );
    // Also for a batch that was applied before: the attempt that applied it may have died before it could warn.
    for (const { sentence, facts, options } of resetWarnings(outcome.result)) {
      await context.warn(sentence, facts, options);
    }
    return {
      ...outcome.result,
      batch_id: outcome.batchId,
      already_applied: outcome.isAlreadyApplied,
      snapshot_at: outcome.snapshotAt.toString(),
    };
  },
});
