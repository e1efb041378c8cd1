import { InvalidFileError } from '../../inventory/file/invalid_file.ts';

/**
 * Formats one CSV record with its line end; fields are quoted only if necessary.
 * @throws InvalidFileError for a field with a line break, which no reader of these files accepts
 */
export function csvLine(fields: readonly string[]): string {
  return `${fields.map(csvField).join(',')}\n`;
}

function csvField(text: string): string {
  if (/[\r\n]/.test(text))
    throw new InvalidFileError(`${JSON.stringify(text)} has a line break and fits in no CSV field`);
  return /[",]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
