import { FailTask } from '../../runner/task.ts';

interface Source {
  readonly location: string;
  readonly name: string;
}

export interface Placement<Of extends Source> {
  readonly source: Of;
  readonly target: string;
}

/**
 * Returns where each file goes.
 * @throws FailTask if two files would get one name, or a file would become itself
 */
export function placementsOf<Of extends Source>(
  sources: readonly Of[],
  { to, name }: { readonly to: string; readonly name: string },
  businessDate: Temporal.PlainDate,
): readonly Placement<Of>[] {
  const taken = new Map<string, string>();
  return sources.map((source) => {
    const target = targetOf(source, { to, name }, businessDate);
    const other = taken.get(target);
    if (other !== undefined)
      throw new FailTask(
        `${other} and ${source.location} would both become ${target}: write {name} into name`,
      );
    if (target === source.location)
      throw new FailTask(`${target} would become itself: write another to or name`);
    taken.set(target, source.location);
    return { source, target };
  });
}

function targetOf(
  { name }: Source,
  { to, name: template }: { readonly to: string; readonly name: string },
  businessDate: Temporal.PlainDate,
): string {
  const dot = name.lastIndexOf('.');
  const stemEnd = dot > 0 ? dot : name.length;
  const parts = new Map([
    ['name', name],
    ['stem', name.slice(0, stemEnd)],
    ['ext', name.slice(stemEnd)],
    ['business_date', businessDate.toString()],
  ]);
  const folder = to === 'artifact:' ? to : `${to.replace(/\/+$/, '')}/`;
  return `${folder}${template.replaceAll(/\{(\w+)\}/g, (_, part: string) => parts.get(part) ?? '')}`;
}
