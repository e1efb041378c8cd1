/** Stops the schedule of a DAG, and starts it again. */
import type { Pool } from 'pg';
import { pauseDag, resumeDag } from '../../engine/dags/pause.ts';
import { inZone } from '../../view/time_text.ts';
import { CLI_ACTOR } from '../cli/actor.ts';
import { type CommandModule, describe } from '../cli/command.ts';
import { openSession } from '../cli/session.ts';
import { readSettings } from '../cli/settings.ts';
import { registerDagOfCommand } from '../dag/register.ts';

interface Change {
  readonly does: string;
  readonly example: string;
  /** Returns the sentence on what was changed. */
  apply(pool: Pool, dagId: string, request: Parameters<typeof pauseDag>[2]): Promise<string>;
}

export const pause = commandOf({
  does: 'Stops scheduling a DAG. Runs that have begun go on, and it can still be triggered.',
  example: 'stockflow dags pause nightly_load --reason "store audit until Monday"',
  apply: async (pool, dagId, request) =>
    (await pauseDag(pool, dagId, request))
      ? `${dagId} is paused; stockflow dags resume ${dagId} schedules it again`
      : `${dagId} was paused already`,
});

export const resume = commandOf({
  does: 'Schedules a paused DAG again. What it missed meanwhile is run as its catchup says; with none, nothing of it.',
  example: 'stockflow dags resume nightly_load --reason "audit done"',
  apply: async (pool, dagId, request) => {
    const { isChanged, next, timezone } = await resumeDag(pool, dagId, request);
    const due = next === null ? 'it has no next run' : `next run ${inZone(next, timezone)}`;
    return `${dagId} ${isChanged ? 'is scheduled again' : 'was not paused'}; ${due}`;
  },
});

function commandOf({ does, example, apply }: Change): CommandModule {
  return {
    configure: (command, shell) => {
      describe(command, { does, examples: [example] })
        .argument('<dag>', 'the id of a DAG')
        .option('--reason <text>', 'kept in the history')
        .action(async (dagId: string, options: { reason?: string }) => {
          const settings = readSettings(shell.env);
          await using session = await openSession(shell, settings);
          await registerDagOfCommand(session.pool, settings, dagId);
          const request = { by: CLI_ACTOR, reason: options.reason ?? null };
          shell.stderr.write(`${await apply(session.pool, dagId, request)}\n`);
        });
    },
  };
}
