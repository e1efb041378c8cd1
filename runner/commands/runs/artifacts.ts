/** The files that a run kept: a list, or the text of one. */
import type { Command } from 'commander';
import type { Pool } from 'pg';
import { artifactChunks, listArtifacts } from '../../store/task/artifact.ts';
import { ARTIFACT_COLUMNS, existingArtifact } from '../../view/run/artifacts.ts';
import { findNamedRun } from '../../view/run/find.ts';
import { describe, type Shell } from '../cli/command.ts';
import { CommandError, EXIT } from '../cli/exit_code.ts';
import { openSession } from '../cli/session.ts';
import { readSettings } from '../cli/settings.ts';
import { addOutputOption, notice, type OutputFormat, printListing } from '../output/output.ts';
import { escapeControls } from '../output/terminal_text.ts';

export function configure(command: Command, shell: Shell): void {
  describe(command, {
    does: 'Lists the artifacts that tasks of a run kept, or prints one of them.',
    examples: [
      'stockflow runs artifacts nightly_load',
      'stockflow runs artifacts 12 filter_rejects.csv > rejects.csv',
    ],
  })
    .argument('<run>', 'the id of a run, or of a DAG for its newest run')
    .argument('[name]', 'print this one, a text, as it is');
  addOutputOption(command).action(
    async (runName: string, name: string | undefined, options: { output: OutputFormat }) => {
      await using session = await openSession(shell, readSettings(shell.env));
      const { runId } = await findNamedRun(session.pool, runName);
      if (name !== undefined) return await printArtifact(shell, session.pool, { runId, name });
      const rows = await listArtifacts(session.pool, runId);
      printListing(shell, options.output, { columns: ARTIFACT_COLUMNS, rows });
      const [first] = rows;
      const next =
        first === undefined
          ? `run ${runId} has kept no artifact`
          : `\none of them: stockflow runs artifacts ${runId} ${first.name}`;
      notice(shell, options.output, next);
    },
  );
}

interface Named {
  readonly runId: number;
  readonly name: string;
}

/** Prints bytes as they are into a file or a pipe; on a terminal control characters are escaped. */
async function printArtifact(shell: Shell, pool: Pool, { runId, name }: Named): Promise<void> {
  const artifact = await existingArtifact(pool, runId, name);
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  const print = (text: string) => shell.stdout.write(shell.stdout.isTTY ? escapeControls(text) : text);
  try {
    const replaced = () =>
      new CommandError(EXIT.problem, `artifact ${name} was replaced while it was read; ask again`);
    for await (const data of artifactChunks(pool, artifact, replaced)) {
      print(decoder.decode(data, { stream: true }));
    }
    print(decoder.decode());
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause;
    throw new CommandError(EXIT.problem, `artifact ${name} is not text and is not printed`, { cause });
  }
}
