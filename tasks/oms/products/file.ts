import { z } from 'zod';
import type { Files } from '../../../runner/task.ts';
import { refusedFile } from '../../files/refused_file.ts';
import { dialectShape } from '../../inventory/file/dialect.ts';
import { InvalidFileError } from '../../inventory/file/invalid_file.ts';
import { hashedChunks } from '../csv/hashed_chunks.ts';
import { csvLine } from '../csv/line.ts';
import { csvRecords } from '../csv/records.ts';
import type { ActiveProduct } from '../freeze/frozen_night.ts';

/** The columns of the active list, which only this file writes and reads. */
const HEADER = ['product_id', 'id_type', 'id_value'] as const;
const DIALECT = z.strictObject(dialectShape).parse({ compression: 'none' });

export function formatProducts(idType: string, products: readonly ActiveProduct[]): string {
  const lines = products.map(({ productId, idValue }) => csvLine([productId, idType, idValue]));
  return csvLine(HEADER) + lines.join('');
}

/**
 * Reads the list back, with its one id type, and records the read.
 * @throws FailTask for a file that is not an active list of `idType`, or is empty
 */
export async function readProducts(
  files: Files,
  location: string,
  idType: string,
): Promise<readonly ActiveProduct[]> {
  const { chunks, digest } = hashedChunks(await files.open(location));
  const products: ActiveProduct[] = [];
  try {
    for await (const block of csvRecords(chunks, DIALECT)) {
      for (const { line, fields, problem } of block) {
        const [productId = '', type = '', idValue = ''] = fields;
        if (problem !== null || fields.length !== HEADER.length) {
          throw new InvalidFileError(
            `line ${line}: ${problem ?? `${fields.length} fields and not ${HEADER.length}`}`,
          );
        }
        if (line === 1) requireHeader(fields);
        else if (type !== idType)
          throw new InvalidFileError(`line ${line}: id_type ${type}, expected ${idType}`);
        else products.push({ productId, idValue });
      }
    }
    if (products.length === 0) throw new InvalidFileError('it lists no product');
  } catch (error) {
    throw error instanceof InvalidFileError ? refusedFile(error, location) : error;
  }
  await files.recordRead({ location, ...digest(), rows: products.length });
  return products;
}

function requireHeader(fields: readonly string[]): void {
  if (fields.join() === HEADER.join()) return;
  throw new InvalidFileError(`header ${fields.join(',')}, expected ${HEADER.join(',')}`);
}
