/** Sends a test message. */
import type { Command } from 'commander';
import { sendMessage } from '../../connections/channel/channel.ts';
import { channelFromEnv } from '../../connections/channel/config.ts';
import { ChannelError } from '../../connections/channel/error.ts';
import type { Sent } from '../../connections/channel/sending.ts';
import { testMessage } from '../../core/alert/message/message.ts';
import { spanText } from '../../view/time_text.ts';
import { describe, type Shell } from '../cli/command.ts';
import { CommandError, EXIT } from '../cli/exit_code.ts';
import { channelFix } from '../doctor/channels.ts';
import { addOutputOption, type OutputFormat, printResult } from '../output/output.ts';
import { oneLine } from '../output/terminal_text.ts';
import { pageUrl } from './sender.ts';

export function configure(command: Command, shell: Shell): void {
  describe(command, {
    does: 'Sends a message that says it is a test, whatever the hour, and prints what the receiver answered. Needs no database. Exits 5 when the receiver cannot be reached or refuses.',
    examples: ['stockflow alerts test night_mail', 'stockflow alerts test ops_slack -o json'],
  }).argument('<channel>', 'as DAG files write it: night_mail for STOCKFLOW_CONN_NIGHT_MAIL');
  addOutputOption(command).action(async (id: string, options: { output: OutputFormat }) => {
    const config = channelFromEnv(id, shell.env);
    const now = Temporal.Now.instant();
    const begunAt = performance.now();
    let sent: Sent;
    try {
      sent = await sendMessage(config, testMessage(id, now, pageUrl(shell.env)), {
        dedupKey: `test/${id}/${now}`,
        thread: null,
        now,
        signal: shell.signal,
      });
    } catch (error) {
      if (!(error instanceof ChannelError)) throw error;
      throw new CommandError(EXIT.unreachable, `${error.message}\n${channelFix(config)}`, { cause: error });
    }
    const tookMs = Math.round(performance.now() - begunAt);
    const answer = oneLine(sent.answer);
    printResult(shell, options.output, {
      data: { channel: id, kind: config.kind, receiver: config.display, answer, took_ms: tookMs },
      columns: [
        { key: 'channel', value: () => id },
        { key: 'receiver', value: () => config.display },
        { key: 'answer', value: () => answer },
      ],
      rows: [sent],
      text: () => `${config.display} took the test message in ${spanText(tookMs)}: ${answer}\n`,
    });
  });
}
