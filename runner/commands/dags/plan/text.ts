/** A planned change as people read it: the verdict first. */
import { formatProblem } from '../../../core/dag_file/problem.ts';
import { planSections, verdictWords } from '../../../view/plan/sections.ts';
import type { Plan } from '../../../view/plan/source.ts';
import { escapeControls, oneLine, type Paint } from '../../output/terminal_text.ts';

export function planText(plan: Plan, paint: Paint): string {
  const { target, change, problems } = plan;
  const head = `${paint('bold', target.dagId)}  ${target.file}: `;
  if (change === null) {
    const lines = problems.map((problem) => `  ${escapeControls(formatProblem(problem))}\n`);
    return `${head}${paint('red', 'invalid')}\n${lines.join('')}`;
  }
  const verdict = verdictWords(plan, change);
  if (change.kind === 'unchanged') return `${head}${verdict}\n`;
  const sections = planSections(plan).map(
    ({ title, lines }) => `  ${title}:\n${lines.map((line) => `    ${oneLine(line)}\n`).join('')}`,
  );
  return `${head}${paint(change.isSafe ? 'green' : 'red', verdict)}\n${sections.join('')}`;
}
