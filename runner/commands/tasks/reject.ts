import type { Command } from 'commander';
import { describe, type Shell } from '../cli/command.ts';
import { configureAnswer } from './answer.ts';

export function configure(command: Command, shell: Shell): void {
  describe(command, {
    does: 'Rejects what a task asks before it goes on; the task then fails, unless its type says otherwise.',
    examples: ['stockflow tasks reject 12 sign_off --reason "the file is the one of last year"'],
  });
  configureAnswer(command, shell, 'rejected');
}
