/** Which colour and dash is whose. */
import { type Markup, markup } from "@tare/eval/report";

/** A legend of lines; names are everywhere in the same style. */
export function legend(entries: readonly (readonly [name: string, style: string])[]): Markup {
  return markup`<ul class="legend">${
    entries.map(([name, style]) =>
      markup`<li><svg class="${style}" viewBox="0 0 26 10" aria-hidden="true"><path class="line" d="M1 5h24"/></svg>${name}</li>`
    )
  }</ul>`;
}
