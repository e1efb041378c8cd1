/** The host key that an SFTP server shows, to be confirmed and pinned. */
import type { Command } from 'commander';
import { connectionFromEnv } from '../../connections/connection_config.ts';
import { shownFingerprint } from '../../connections/sftp_fingerprint.ts';
import { describe, type Shell } from '../command.ts';
import { CommandError, EXIT } from '../exit_code.ts';
import { addOutputOption, type OutputFormat, printShown, tell } from '../output.ts';

interface Shown {
  readonly connection: string;
  readonly fingerprint: string;
  /** Null where none is pinned. */
  readonly pinned: string | null;
}

export function configure(command: Command, shell: Shell): void {
  describe(command, {
    does: 'Prints the fingerprint of the key that the server shows now, without logging in. Confirm it with whoever runs the server before you pin it. Exits 1 when another one is pinned.',
    examples: [
      'stockflow connections fingerprint warehouse',
      'STOCKFLOW_CONN_PARTNER=sftp://sync@files.example.com/out stockflow connections fingerprint partner',
    ],
  }).argument('<id>', 'as DAG files write it: warehouse for STOCKFLOW_CONN_WAREHOUSE');
  addOutputOption(command).action(async (id: string, options: { output: OutputFormat }) => {
    const config = connectionFromEnv(id, shell.env);
    if (config.kind !== 'sftp') {
      throw new CommandError(
        EXIT.usage,
        `${config.variable} is a database; only an SFTP server shows a host key`,
      );
    }
    const shown: Shown = {
      connection: id,
      fingerprint: await shownFingerprint(config),
      pinned: config.hostKey,
    };
    printShown(shell, options.output, {
      data: { ...shown },
      columns: [
        { key: 'connection', value: ({ connection }) => connection },
        { key: 'fingerprint', value: ({ fingerprint }) => fingerprint },
        { key: 'pinned', value: ({ pinned }) => pinned },
      ],
      rows: [shown],
      text: () => `${shown.fingerprint}\n`,
    });
    if (shown.pinned !== null && shown.pinned !== shown.fingerprint) shell.exitCode = EXIT.problem;
    tell(shell, options.output, advice(shown, config.variable));
  });
}

function advice({ fingerprint, pinned }: Shown, variable: string): string {
  if (pinned === fingerprint) return `it is the one pinned in ${variable}`;
  if (pinned === null) {
    return `none is pinned: confirm it with whoever runs the server, then add host_key=${fingerprint} to ${variable}`;
  }
  return (
    `${variable} pins another one, ${pinned}. Someone may be in between: change host_key only after whoever runs ` +
    'the server has confirmed the new key'
  );
}
