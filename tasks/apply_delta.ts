import { z } from 'zod';
import { connectionId, defineTask, duration, FailTask, timezone } from '../runner/task.ts';
import { aboutFile } from './files/refused_file.ts';
import { deltaColumnsSchema } from './inventory/columns/param.ts';
import { dialectShape, quantityShape } from './inventory/file/dialect.ts';
import { InvalidFileError } from './inventory/file/invalid_file.ts';
import { applyDeltaFile } from './oms/delta/apply_delta_file.ts';
import { listedFileSchema } from './oms/delta/files/processed_files.ts';

/**
 * Posts the movements of one delta file to the OMS. The same content is posted once: a later file with the same
 * bytes, under any name, succeeds as already applied. Movements that a nightly reset already counted are recorded
 * without posting. Fails without retry and changes nothing if the file is damaged or has too many rejected lines;
 * `list_new_files` does not list such a file again.
 */
export default defineTask({
  type: 'apply_delta',
  description: 'Posts the movements of a delta file to the OMS, once for its content',
  params: z.strictObject({
    connection: connectionId(),
    external_system_id: z.string().min(1),
    /** An element of the output of `list_new_files`. */
    file: listedFileSchema,
    columns: deltaColumnsSchema,
    ...dialectShape,
    ...quantityShape,
    /** Time zone of dates without an offset; the DAG's by default. */
    timezone: timezone().nullish(),
    id_type: z.string().min(1).default('SKU'),
    /** The OMS's reason for the movement (OFBiz `InventoryItemDetail.reasonEnumId`). */
    reason: z.string().min(1).default('EXTERNAL_DELTA'),
    /** How far in the future a line may be dated, since clocks differ. */
    max_clock_skew: duration().prefault('5m'),
    guards: z
      .strictObject({
        /** Highest share of rejected lines, 0 to 1. */
        max_rejected: z.number().min(0).max(1).default(0.2),
      })
      .prefault({}),
  }),
  async run(context) {
    const { params, run, now } = context;
    const { delimiter, quote, encoding, compression, file } = params;
    try {
      const outcome = await applyDeltaFile(context, {
        connection: params.connection,
        externalSystemId: params.external_system_id,
        file,
        format: {
          dialect: { delimiter, quote, encoding, compression },
          quantity: params.quantity,
          columns: params.columns,
          timezone: params.timezone ?? run.timezone,
          latest: now().add({ milliseconds: params.max_clock_skew }),
        },
        idType: params.id_type,
        reason: params.reason,
        maxRejected: params.guards.max_rejected,
      });
      return {
        ...outcome.result,
        name: file.name,
        sha256: outcome.sha256,
        batch_id: outcome.batchId,
        already_applied: outcome.isAlreadyApplied,
      };
    } catch (error) {
      if (!(error instanceof InvalidFileError)) throw error;
      throw new FailTask(
        aboutFile(
          `${error.message}; it is set aside until it changes, or this task is cleared`,
          file.location,
        ),
        { cause: error },
      );
    }
  },
});
