import { isChannel } from '../../connections/channel/config.ts';
import { connectionVariable } from '../../connections/connection_config.ts';
import type { Shell } from '../cli/command.ts';
import { CommandError, EXIT } from '../cli/exit_code.ts';

/** @throws CommandError (usage) for a channel where a connection of tasks is meant */
export function refuseChannel(id: string, env: Shell['env']): void {
  if (!isChannel(id, env)) return;
  throw new CommandError(
    EXIT.usage,
    `${connectionVariable(id)} is a channel for alerts, which no task uses; stockflow alerts test ${id} tries it`,
  );
}
