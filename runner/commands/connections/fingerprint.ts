/** The host key that an SFTP server shows, to be confirmed and pinned. */
import type { Command } from 'commander';
import { connectionFromEnv, type SftpConfig } from '../../connections/connection_config.ts';
import { shownHostKeys } from '../../connections/sftp/connect/fingerprint.ts';
import { refuseChannel } from '../alerts/refuse.ts';
import { describe, type Shell } from '../cli/command.ts';
import { CommandError, EXIT } from '../cli/exit_code.ts';
import { addOutputOption, notice, type OutputFormat, printResult } from '../output/output.ts';

interface KeyRow {
  readonly type: string;
  readonly fingerprint: string;
  readonly isPinned: boolean;
}

export function configure(command: Command, shell: Shell): void {
  describe(command, {
    does: 'Prints the fingerprint of each key that the server has now, one of each type, without logging in. Confirm one with whoever runs the server before you pin it. Exits 1 when only others are pinned.',
    examples: [
      'stockflow connections fingerprint warehouse',
      'STOCKFLOW_CONN_PARTNER=sftp://sync@files.example.com/out stockflow connections fingerprint partner',
    ],
  }).argument('<id>', 'as DAG files write it: warehouse for STOCKFLOW_CONN_WAREHOUSE');
  addOutputOption(command).action(async (id: string, options: { output: OutputFormat }) => {
    refuseChannel(id, shell.env);
    const config = connectionFromEnv(id, shell.env);
    if (config.kind !== 'sftp') {
      throw new CommandError(
        EXIT.usage,
        `${config.variable} is no SFTP server (${config.display}); only those show a host key`,
      );
    }
    const keys = await shownHostKeys(config);
    const shown: readonly KeyRow[] = keys.map((key) => ({
      ...key,
      isPinned: config.hostKeys.includes(key.fingerprint),
    }));
    printResult(shell, options.output, {
      data: {
        connection: id,
        keys: shown.map(({ isPinned, ...key }) => ({ ...key, is_pinned: isPinned })),
        pinned: config.hostKeys,
      },
      columns: [
        { key: 'connection', value: () => id },
        { key: 'type', value: ({ type }) => type },
        { key: 'fingerprint', value: ({ fingerprint }) => fingerprint },
        { key: 'is_pinned', value: ({ isPinned }) => isPinned },
      ],
      rows: shown,
      text: () => shown.map(({ type, fingerprint }) => `${fingerprint}  ${type}\n`).join(''),
    });
    if (config.hostKeys.length > 0 && !shown.some(({ isPinned }) => isPinned)) shell.exitCode = EXIT.problem;
    notice(shell, options.output, advice(shown, config));
  });
}

function advice(shown: readonly KeyRow[], { variable, hostKeys }: SftpConfig): string {
  const pinned = shown.filter(({ isPinned }) => isPinned);
  if (hostKeys.length === 0) {
    const which = shown.length === 1 ? 'it' : 'one of them';
    return (
      `none is pinned: confirm ${which} with whoever runs the server, then add ` +
      `host_key=${shown[0]?.fingerprint} to ${variable}`
    );
  }
  if (pinned.length === 0) {
    return (
      `${variable} pins another one, ${hostKeys.join(', ')}. Someone may be in between: change host_key only after whoever ` +
      'runs the server has confirmed the new key'
    );
  }
  const gone = hostKeys.filter((pin) => !pinned.some(({ fingerprint }) => fingerprint === pin));
  const rest =
    gone.length === 0 ? '' : `; the server has no key ${gone.join(', ')}, which ${variable} pins too`;
  return `pinned in ${variable}: ${pinned.map(({ type }) => type).join(', ')}${rest}`;
}
