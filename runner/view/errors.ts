/** The errors of views: facts that the command line answers with an exit code and the page with a status. */
import { formatProblem, type Problem } from '../core/dag_file/problem.ts';
import { didYouMeanOrList } from '../core/value/suggest.ts';

export type Noun = 'run' | 'backfill' | 'DAG' | 'task' | 'file' | 'pool' | 'artifact';

export interface Missing {
  readonly noun: Noun;
  /** The name as it was given. */
  readonly name: string;
  /** The names that exist, for "did you mean"; null where they are too many to list. */
  readonly known?: readonly string[] | null;
  /** The DAG that exists and has no run or no backfill yet; null where the name itself is unknown. */
  readonly emptyDagId?: string | null;
}

/** A run, a backfill, a DAG, a task or a file that was named is not there. */
export class NotFound extends Error {
  override name = 'NotFound';
  readonly missing: Required<Missing>;
  /** @param sentence replaces `there is no <noun> <name>` */
  constructor(missing: Missing, sentence = `there is no ${missing.noun} ${missing.name}`) {
    const { name, known = null, emptyDagId = null } = missing;
    super(known === null ? sentence : `${sentence}${didYouMeanOrList(name, known)}`);
    this.missing = { ...missing, known, emptyDagId };
  }
}

/** A DAG cannot be used as its file stands. */
export class InvalidDag extends Error {
  override name = 'InvalidDag';
  readonly problems: readonly Problem[];
  constructor(problems: readonly Problem[]) {
    super(problems.map(formatProblem).join('\n'));
    this.problems = problems;
  }
}
