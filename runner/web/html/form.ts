/** The parts of forms. */
import { each, type Html, html, NOTHING } from './html.ts';

export interface Field {
  readonly name: string;
  readonly label: string;
  readonly hint?: string;
  readonly value?: string;
  readonly type?: 'text' | 'date' | 'number' | 'password' | 'datetime-local';
  readonly isRequired?: boolean;
  readonly autocomplete?: string;
}

export function textField({
  name,
  label,
  hint,
  value = '',
  type = 'text',
  isRequired,
  autocomplete,
}: Field): Html {
  return html`<div class="field"><label for="f-${name}">${label}</label>
<input id="f-${name}" name="${name}" type="${type}" value="${value}"${hintFor(name, hint)}${isRequired === true ? html` required` : NOTHING}${autocomplete === undefined ? NOTHING : html` autocomplete="${autocomplete}"`}>${hintPart(name, hint)}</div>`;
}

export interface Choice {
  readonly value: string;
  readonly label: string;
}

export function selectField(field: Omit<Field, 'type'>, choices: readonly Choice[]): Html {
  const { name, label, hint, value = '' } = field;
  return html`<div class="field"><label for="f-${name}">${label}</label>
<select id="f-${name}" name="${name}"${hintFor(name, hint)}>${each(
    choices,
    (choice) =>
      html`<option value="${choice.value}"${choice.value === value ? html` selected` : NOTHING}>${choice.label}</option>`,
  )}</select>${hintPart(name, hint)}</div>`;
}

export function checkField({ name, label, value }: Pick<Field, 'name' | 'label' | 'value'>): Html {
  return html`<label class="check"><input type="checkbox" name="${name}" value="on"${value === 'on' ? html` checked` : NOTHING}> ${label}</label>`;
}

/** The reason is kept in the history with what was done. */
export function reasonField(value: string, need: 'required' | 'optional'): Html {
  return textField({
    name: 'reason',
    label: need === 'required' ? 'Reason' : 'Reason, if there is one to tell',
    hint: 'Kept in the history, with your name.',
    value,
    isRequired: need === 'required',
  });
}

export function hiddenField(name: string, value: string): Html {
  return html`<input type="hidden" name="${name}" value="${value}">`;
}

function hintFor(name: string, hint: string | undefined): Html {
  return hint === undefined ? NOTHING : html` aria-describedby="h-${name}"`;
}

function hintPart(name: string, hint: string | undefined): Html {
  return hint === undefined ? NOTHING : html`<p class="hint" id="h-${name}">${hint}</p>`;
}
