/** Shows a run or a backfill on stderr while it goes on: redrawn in place on a terminal, one line per change elsewhere. */

import { inZone } from '../../view/time_text.ts';
import type { Shell } from '../cli/command.ts';
import { type Paint, painter, type Style } from '../output/terminal_text.ts';

export interface StyledLine {
  readonly text: string;
  readonly style: Style | null;
}

/** The words for snapshots of something that goes on; it may remember those it has seen. */
export interface LiveText<Snapshot> {
  /**
   * Returns all of it as it stands, in about `rows` lines of any length.
   * @param atMs of a clock that never goes back
   */
  footer(snapshot: Snapshot, seen: { readonly atMs: number; readonly rows: number }): readonly StyledLine[];
  /** Returns a line for each change since the call before. */
  changes(snapshot: Snapshot, atMs: number): readonly string[];
}

export class Live<Snapshot> {
  readonly #shell: Shell;
  readonly #text: LiveText<Snapshot>;
  readonly #paint: Paint;

  constructor(shell: Shell, text: LiveText<Snapshot>) {
    this.#shell = shell;
    this.#text = text;
    this.#paint = painter(shell.stderr, shell.env);
  }

  /** @param atMs of a clock that never goes back */
  show(snapshot: Snapshot, atMs: number): void {
    const { stderr } = this.#shell;
    if (stderr.footer === null) {
      for (const line of this.#text.changes(snapshot, atMs)) stderr.write(`${line.trimEnd()}\n`);
      return;
    }
    const lines = this.#text.footer(snapshot, { atMs, rows: stderr.rows });
    stderr.footer.show(
      lines.map(({ text, style }) => this.#paint(style, text.slice(0, stderr.columns - 1).trimEnd())),
    );
  }

  /** Leaves the terminal to what comes after. */
  end(): void {
    this.#shell.stderr.footer?.show([]);
  }
}

/** Returns a line that begins with the time of the snapshot. */
export function timedLine(
  { now, timezone }: { readonly now: Temporal.Instant; readonly timezone: string },
  text: string,
): string {
  return `${inZone(now, timezone, 'second')}  ${text}`;
}
