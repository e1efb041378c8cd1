import { ByteTable } from './bytes/table.ts';
import { type ByteEncoding, encodeText } from './bytes/text.ts';

/** The ids of the active products by their bytes in a file's encoding; one that it cannot write is in no row. */
export function activeIdTable(ids: Iterable<string>, encoding: ByteEncoding): ByteTable {
  const table = new ByteTable();
  for (const id of ids) {
    const bytes = encodeText(id, encoding);
    if (bytes && table.find(bytes, 0, bytes.length) < 0) table.add(bytes, 0, bytes.length);
  }
  return table;
}
