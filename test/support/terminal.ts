/** A terminal as far as the runner drives one: lines, carriage return, cursor up, and erasing. Colours change nothing. */

// biome-ignore lint/suspicious/noControlCharactersInRegex: what drives a terminal is control characters
const PIECE = /\u001b\[(\d*)([A-Za-z])|\r|\n|[^\u001b\r\n]+/g;

/** Replays what was written. @returns the lines that stand on the screen and above it, without trailing blanks */
export function screenOf(written: string, columns = 80): readonly string[] {
  const lines: string[] = [''];
  let row = 0;
  let column = 0;
  const lineAt = (at: number) => lines[at] ?? '';
  const moveTo = (at: number) => {
    row = Math.max(0, at);
    while (lines.length <= row) lines.push('');
  };
  for (const [piece, count, command] of written.matchAll(PIECE)) {
    if (command === 'A') moveTo(row - Number(count || 1));
    else if (command === 'J' || command === 'K') {
      if (command === 'J') lines.length = row + 1;
      lines[row] = count === '2' ? '' : lineAt(row).slice(0, column);
    } else if (command !== undefined) {
      if (command !== 'm') throw new RangeError(`this terminal does not know ${JSON.stringify(piece)}`);
    } else if (piece === '\r') column = 0;
    else if (piece === '\n') {
      // As a terminal in its usual mode does: the start of the next line.
      moveTo(row + 1);
      column = 0;
    } else {
      for (const character of piece) {
        if (column === columns) {
          moveTo(row + 1);
          column = 0;
        }
        const line = lineAt(row).padEnd(column);
        lines[row] = `${line.slice(0, column)}${character}${line.slice(column + 1)}`;
        column++;
      }
    }
  }
  return lines.map((line) => line.trimEnd());
}
