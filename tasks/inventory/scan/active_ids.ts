import { ByteTable } from './bytes/table.ts';
import { type ByteEncoding, encodeText } from './bytes/text.ts';

/**
 * Builds a table of the active products' ids as bytes in the file's encoding. An id that the encoding cannot express
 * occurs in no row.
 */
export function activeIdTable(ids: Iterable<string>, encoding: ByteEncoding): ByteTable {
  const table = new ByteTable();
  for (const id of ids) {
    const bytes = encodeText(id, encoding);
    if (bytes && table.find(bytes, 0, bytes.length) < 0) table.add(bytes, 0, bytes.length);
  }
  return table;
}
