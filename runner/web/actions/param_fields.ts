/** A DAG's params in a form: a field each, named `param.<name>`; an empty field takes the default. */
import type { ParamSpec } from '../../core/dag/dag.ts';
import { RUN_MODES } from '../../core/dag/run_mode.ts';
import { selectField, textField } from '../html/form.ts';
import { each, type Html } from '../html/html.ts';

const PREFIX = 'param.';

/** Renders the fields, with the values that were sent. */
export function paramFields(
  params: Readonly<Record<string, ParamSpec>>,
  sent: URLSearchParams,
): readonly Html[] {
  return each(Object.entries(params), ([name, spec]) => {
    const { type, description } = spec;
    const byDefault =
      spec.default === null || spec.default === '' || type === 'boolean'
        ? ''
        : ` Default: ${String(spec.default)}.`;
    const field = {
      name: `${PREFIX}${name}`,
      label: name,
      hint: `${description === '' ? '' : `${description}. `}${TYPE_WORDS[type]}.${byDefault}`,
      value: sent.get(`${PREFIX}${name}`) ?? '',
    };
    if (type === 'run_mode') {
      return selectField(field, [
        { value: '', label: `default: ${String(spec.default)}` },
        ...RUN_MODES.map((mode) => ({ value: mode, label: mode })),
      ]);
    }
    if (type !== 'boolean') return textField({ ...field, type: type === 'date' ? 'date' : 'text' });
    return selectField(field, [
      { value: '', label: `default: ${spec.default === true ? 'yes' : 'no'}` },
      { value: 'true', label: 'yes' },
      { value: 'false', label: 'no' },
    ]);
  });
}

const TYPE_WORDS: Readonly<Record<ParamSpec['type'], string>> = {
  string: 'Text',
  integer: 'A whole number',
  number: 'A number',
  boolean: 'Yes or no',
  date: 'A date',
  run_mode: 'Apply or shadow',
  instant: 'An instant, such as 2026-03-08T06:00:00Z',
};

/** Returns the params that were filled in, as text, by name. */
export function paramsSent(sent: URLSearchParams): Readonly<Record<string, string>> {
  const given = [...sent].filter(([name, value]) => name.startsWith(PREFIX) && value !== '');
  return Object.fromEntries(given.map(([name, value]) => [name.slice(PREFIX.length), value]));
}
