/** Asks for a new password: without echo on a terminal, or as all of stdin; never as an argument, which others can list. */

import type { Command } from 'commander';
import { passwordProblem } from '../../web/access/users/password.ts';
import type { Shell } from '../cli/command.ts';
import { CommandError, EXIT, Interrupted } from '../cli/exit_code.ts';

export interface PasswordOption {
  readonly passwordStdin?: true;
}

export function addPasswordOption(command: Command): Command {
  return command.option('--password-stdin', 'read the password from stdin instead of asking for it');
}

/** The part of a terminal, or a pipe, from which a password is read. */
export interface PasswordInput extends NodeJS.ReadableStream {
  readonly isTTY?: boolean;
  setRawMode?(isRaw: boolean): unknown;
}

/** @throws CommandError for a password that is too short, is not typed alike twice, or cannot be asked for; Interrupted */
export async function newPassword(
  shell: Shell,
  { passwordStdin }: PasswordOption,
  input: PasswordInput = process.stdin,
): Promise<string> {
  const password = passwordStdin === true ? await wholeOf(input) : await askTwice(shell, input);
  const problem = passwordProblem(password);
  if (problem !== null) throw new CommandError(EXIT.usage, problem);
  return password;
}

/** Without the line end that an editor or `echo` adds. */
async function wholeOf(input: PasswordInput): Promise<string> {
  let text = '';
  input.setEncoding('utf8');
  for await (const part of input) text += part;
  return text.replace(/\r?\n$/, '');
}

async function askTwice(shell: Shell, input: PasswordInput): Promise<string> {
  if (input.isTTY !== true || !shell.stderr.isTTY)
    throw new CommandError(
      EXIT.usage,
      'there is no terminal to ask on: pipe the password in, with --password-stdin',
    );
  const password = await hiddenLine(shell, input, 'Password: ');
  const again = await hiddenLine(shell, input, 'The same again: ');
  if (password === again) return password;
  throw new CommandError(EXIT.usage, 'the two are not the same; nothing was changed');
}

const CTRL_C = '\u0003';
const CTRL_U = '\u0015';
const ERASE: readonly string[] = ['\u007f', '\b'];
const ENTER: readonly string[] = ['\r', '\n', '\u0004'];

/** Reads one line in raw mode, in which the terminal shows nothing and gives Ctrl-C as a character. */
async function hiddenLine(shell: Shell, input: PasswordInput, prompt: string): Promise<string> {
  shell.stderr.write(prompt);
  input.setRawMode?.(true);
  input.setEncoding('utf8');
  try {
    return await new Promise<string>((resolve, reject) => {
      let typed: readonly string[] = [];
      const finish = (end: () => void) => {
        input.off('data', onData);
        shell.signal.removeEventListener('abort', onAbort);
        end();
      };
      const onAbort = () => finish(() => reject(shell.signal.reason));
      const onData = (text: string) => {
        for (const character of text) {
          if (character === CTRL_C) return finish(() => reject(new Interrupted('SIGINT')));
          if (ENTER.includes(character)) return finish(() => resolve(typed.join('')));
          if (ERASE.includes(character)) typed = typed.slice(0, -1);
          else if (character === CTRL_U) typed = [];
          else typed = [...typed, character];
        }
      };
      input.on('data', onData);
      shell.signal.addEventListener('abort', onAbort, { once: true });
      input.resume();
    });
  } finally {
    input.pause();
    input.setRawMode?.(false);
    shell.stderr.write('\n');
  }
}
