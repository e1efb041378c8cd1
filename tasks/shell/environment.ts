import type { TaskContext } from '../../runner/task.ts';
import { instanceKey } from '../attempt/instance_key.ts';
import { type ShellParams, USUAL_VARIABLES } from './params.ts';

export interface CommandEnvironment {
  readonly env: Readonly<Record<string, string>>;
  /** The values of the worker that are passed on by name: they may be secrets, and are in no log. */
  readonly secrets: readonly string[];
}

const SHORTEST_SECRET = 6;

/** Returns the variables of the command: those that are allowed, those that are given, and those that name its task. */
export function commandEnvironment(
  { params, run, attempt }: Pick<TaskContext<ShellParams>, 'params' | 'run' | 'attempt'>,
  own: Readonly<Record<string, string | undefined>>,
): CommandEnvironment {
  const taken = (names: readonly string[]) =>
    Object.fromEntries(names.map((name) => [name, own[name]]).filter(isSet));
  const passed = taken(params.pass_env);
  return {
    env: {
      ...taken(USUAL_VARIABLES),
      ...passed,
      STOCKFLOW_DAG_ID: run.dagId,
      STOCKFLOW_RUN_ID: run.runId,
      STOCKFLOW_TASK_ID: attempt.taskId,
      STOCKFLOW_BUSINESS_DATE: run.businessDate.toString(),
      STOCKFLOW_SCHEDULED_FOR: run.scheduledFor.toString(),
      STOCKFLOW_INSTANCE: instanceKey({ run, attempt }),
      ...params.env,
    },
    secrets: Object.values(passed).filter(({ length }) => length >= SHORTEST_SECRET),
  };
}

export function withoutSecrets(text: string, secrets: readonly string[]): string {
  return secrets.reduce((clean, secret) => clean.replaceAll(secret, '[secret]'), text);
}

function isSet(entry: readonly (string | undefined)[]): entry is [string, string] {
  return entry[1] !== undefined;
}
