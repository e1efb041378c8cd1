import type { Command } from 'commander';
import { describe, type Shell } from '../cli/command.ts';
import { configureAnswer } from './answer.ts';

export function configure(command: Command, shell: Shell): void {
  describe(command, {
    does: 'Approves what a task asks before it goes on; it runs again at once. `status` and `runs show` say what is asked.',
    examples: ['stockflow tasks approve 12 sign_off --reason "counted again by hand"'],
  });
  configureAnswer(command, shell, 'approved');
}
