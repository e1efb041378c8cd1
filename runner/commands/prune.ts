/** Deletes logs, artifacts and history beyond an age. */
import type { Command } from 'commander';
import { recordEvents } from '../store/event/event.ts';
import { prune } from '../store/schema/retention.ts';
import { CLI_ACTOR } from './cli/actor.ts';
import { parseSpanMs } from './cli/arguments.ts';
import { describe, type Shell } from './cli/command.ts';
import { CommandError, EXIT } from './cli/exit_code.ts';
import { openSession } from './cli/session.ts';
import { readSettings } from './cli/settings.ts';

interface PruneOptions {
  readonly logs?: number;
  readonly artifacts?: number;
  readonly history?: number;
}

export function configure(command: Command, shell: Shell): void {
  describe(command, {
    does: 'Deletes what is older than the given ages. Events stay for ever, and so does the newest good run of each DAG.',
    examples: ['stockflow prune --logs 30d --artifacts 14d', 'stockflow prune --history 730d'],
  })
    .option('--logs <age>', 'log lines of ended runs, e.g. 30d', parseSpanMs)
    .option('--artifacts <age>', 'artifacts of ended runs', parseSpanMs)
    .option('--history <age>', 'ended runs with their tasks, attempts and file records', parseSpanMs)
    .action(
      async ({
        logs = null,
        artifacts = null,
        history = null,
      }: { [Age in keyof PruneOptions]: number | null }) => {
        if (logs === null && artifacts === null && history === null) {
          throw new CommandError(
            EXIT.usage,
            'nothing to delete: give --logs, --artifacts or --history with an age',
          );
        }
        await using session = await openSession(shell, readSettings(shell.env));
        const pruned = await prune(session.pool, {
          logsMs: logs,
          artifactsMs: artifacts,
          historyMs: history,
        });
        await recordEvents(session.pool, CLI_ACTOR, [{ action: 'history.pruned', after: { ...pruned } }]);
        shell.stderr.write(
          `deleted ${pruned.logLines} log lines, ${pruned.artifacts} artifacts and ${pruned.runs} runs with their alerts; events are kept\n`,
        );
      },
    );
}
