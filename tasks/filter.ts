import { z } from 'zod';
import { connectionId, defineTask, location } from '../runner/task.ts';
import { foundFileSchema } from './files/found_file.ts';
import { publishFolder } from './files/publish_folder.ts';
import { refusedFile } from './files/refused_file.ts';
import {
  describeRejects,
  guardScan,
  lastGoodOf,
  requireWhole,
  withoutRowSentence,
} from './filter/check_scan.ts';
import { openFound, unmovedChunks } from './filter/found_content.ts';
import { keepRejects, publishFiltered, REJECTS_NAME } from './filter/publish_filtered.ts';
import { REJECTS_HEADER } from './filter/reject_line.ts';
import { checkRepetition, type Repetition } from './filter/repeated_file.ts';
import { scan } from './filter/scan.ts';
import { Spool } from './filter/spool.ts';
import { createGuardCheck } from './guard/guard_check.ts';
import { overriddenUpstream } from './guard/overridden_guards.ts';
import { resetColumnsSchema } from './inventory/columns/param.ts';
import { dialectShape, quantityShape } from './inventory/file/dialect.ts';
import { InvalidFileError } from './inventory/file/invalid_file.ts';
import { overrideNeedsSchema, overrideSchema } from './inventory/guard/override.ts';
import { readProducts } from './oms/products/file.ts';
import { hasAppliedHistory } from './oms/shadow/applied_history.ts';

/**
 * Reads a reset file once and publishes its rows of active products byte for byte, header first, with a manifest
 * beside the file. Fails without retry and publishes nothing if the file is damaged or implausible.
 */
export default defineTask({
  type: 'filter',
  description: 'Publishes the rows of active products of a reset file',
  params: z.strictObject({
    /** The output of `wait_for_file`. */
    file: foundFileSchema,
    /** The list that `export` wrote. */
    active: location({ access: 'read', of: 'file' }),
    /** The folder to publish in. */
    to: location({ access: 'write', of: 'folder' }),
    connection: connectionId(),
    external_system_id: z.string().min(1),
    id_type: z.string().min(1).default('SKU'),
    columns: resetColumnsSchema,
    ...dialectShape,
    ...quantityShape,
    name_prefix: z
      .string()
      .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'must be a file name of letters, digits and . _ -')
      .default('reset_inventory'),
    guards: z
      .strictObject({
        /** Highest share by which the rows of the file, or of one facility, may drop below the last good night's. */
        max_row_drop: z.number().min(0).max(1).default(0.2),
        /**
         * Highest share by which the active products with a count, in all or at one facility, may drop below the last
         * good night's.
         */
        max_coverage_drop: z.number().min(0).max(1).default(0.2),
        /** Highest share of rejected rows, 0 to 1. */
        max_rejected: z.number().min(0).max(1).default(0.005),
      })
      .prefault({}),
    override: overrideSchema,
    override_needs: overrideNeedsSchema,
  }),
  worksInShadow: true,
  async run(context) {
    const { params, run, attempt, connections, files, meter, progress, log, signal } = context;
    const guardCheck = createGuardCheck(context, params);
    const { file: found, delimiter, quote, encoding, compression } = params;
    const products = await readProducts(files, params.active, params.id_type);
    const opened = await openFound(files, found);

    await using filtered = new Spool();
    await using rejects = new Spool();
    await rejects.write(new TextEncoder().encode(REJECTS_HEADER));
    const spools = { filtered, rejects };
    let done = 0;
    try {
      const result = await scan({
        setup: {
          dialect: { delimiter, quote, encoding, compression },
          columns: params.columns,
          quantity: params.quantity,
          activeIds: products.map(({ idValue }) => idValue),
          fileName: found.name,
        },
        chunks: unmovedChunks(files, opened),
        signal,
        onOutput: (to, bytes) => spools[to].write(bytes),
        onScanned: (bytes) => {
          done += bytes;
          meter({ bytesIn: bytes });
          progress({ done, total: opened.bytes, unit: 'bytes' });
        },
      });
      meter({ rowsIn: result.rowsIn });
      const { location, name } = found;
      const source = { location, name, sha256: result.sha256, bytes: result.bytes, rows: result.rowsIn };
      await files.recordRead({ location, sha256: source.sha256, bytes: source.bytes, rows: source.rows });

      await keepRejects(files, rejects, result.rejected);

      requireWhole(result, found.manifest);
      const tripped = guardScan({
        scan: result,
        lastGood: lastGoodOf(await files.lastGoodOutput(attempt.taskId)),
        maxRowDrop: params.guards.max_row_drop,
        maxCoverageDrop: params.guards.max_coverage_drop,
        maxRejected: params.guards.max_rejected,
      });
      await guardCheck.enforce(tripped, {
        location,
        details: describeRejects(result, name),
        ...(result.rejected === 0 ? {} : { rejects: REJECTS_NAME }),
      });
      const night = {
        externalSystemId: params.external_system_id,
        businessDate: run.businessDate.toString(),
      };
      const pool = await connections.postgres(params.connection);
      const productIds = products.map(({ productId }) => productId);
      const repetition: Repetition = (await hasAppliedHistory(pool, run.mode))
        ? await checkRepetition(pool, { night, found, sha256: source.sha256, productIds })
        : { kind: 'new' };
      if (repetition.kind === 'refused') throw new InvalidFileError(repetition.sentence);
      if (repetition.kind === 'unmoved') await context.warn(repetition.sentence, { sha256: source.sha256 });

      const { activeWithoutRow } = result;
      if (activeWithoutRow.length > 0) {
        await context.warn(withoutRowSentence(activeWithoutRow), { count: activeWithoutRow.length });
      }
      const published = await publishFiltered(files, {
        to: publishFolder(params.to, run.mode),
        prefix: params.name_prefix,
        businessDate: run.businessDate,
        found,
        source,
        filtered,
        scan: result,
      });
      meter({ rowsOut: result.kept, bytesOut: published.bytes });
      log.info('reset file filtered', {
        location: published.location,
        rowsIn: result.rowsIn,
        kept: result.kept,
      });
      const overridden = [...overriddenUpstream(context.upstream), ...guardCheck.overridden];
      return { ...published, overridden_guards: overridden };
    } catch (error) {
      throw error instanceof InvalidFileError ? refusedFile(error, found.location) : error;
    }
  },
});
