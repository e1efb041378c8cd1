import { z } from 'zod';
import { connectionId, defineTask, duration, FailTask, timezone } from '../runner/task.ts';
import { deltaColumnsSchema } from './inventory/columns/param.ts';
import { dialectShape, quantityShape } from './inventory/file/dialect.ts';
import { InvalidFileError } from './inventory/file/invalid_file.ts';
import { applyDeltaFile } from './oms/delta/apply_delta_file.ts';
import { listedFileSchema } from './oms/delta/files/processed_files.ts';

/**
 * Posts the movements of one small file to the OMS, once for its content: a file that comes again, under whatever name, is
 * "already applied". A movement that a nightly reset has counted already is kept and posts nothing. Fails without retry,
 * and changes nothing, where the file is damaged or too many of its lines are; `list_new_files` does not offer it again then.
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
    /** Of dates without an offset; the DAG's by default. */
    timezone: timezone().nullish(),
    id_type: z.string().min(1).default('SKU'),
    /** The OMS's reason for the movement, `reason_enum_id`. */
    reason: z.string().min(1).default('EXTERNAL_DELTA'),
    /** By how much a line may be dated after the present: clocks differ. */
    max_clock_skew: duration().prefault('5m'),
    guards: z
      .strictObject({
        /** Share of the lines. */
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
        `${file.location}: ${error.message}; it is set aside until it changes, or this task is cleared`,
        { cause: error },
      );
    }
  },
});
