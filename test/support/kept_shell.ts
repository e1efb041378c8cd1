/** A shell without a process: it keeps what is written. */
import type { Output, Shell } from '../../runner/commands/cli/command.ts';

export interface KeptShell {
  readonly shell: Shell;
  /** Aborts the shell's signal, as Ctrl-C does. */
  readonly stop: AbortController;
  /** The texts written, to stdout and to stderr. */
  readonly written: readonly string[];
  /** The lines of each footer shown; none for a pipe. */
  readonly footers: readonly (readonly string[])[];
}

export function keptShell(
  kind: 'terminal' | 'pipe' = 'pipe',
  { env = {}, columns = 80 }: { readonly env?: Shell['env']; readonly columns?: number } = {},
): KeptShell {
  const written: string[] = [];
  const footers: (readonly string[])[] = [];
  const stop = new AbortController();
  const isTTY = kind === 'terminal';
  const output: Output = {
    write: (text) => void written.push(text),
    isTTY,
    columns,
    rows: 24,
    footer: isTTY ? { show: (lines) => void footers.push(lines) } : null,
  };
  const shell: Shell = {
    env,
    stdout: output,
    stderr: output,
    signal: stop.signal,
    forceStop: new AbortController().signal,
    exitCode: 0,
  };
  return { shell, stop, written, footers };
}
