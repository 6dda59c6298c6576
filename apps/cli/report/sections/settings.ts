/** Everything needed to do it again. */
import { type Markup, markup } from "../markup.ts";
import type { Stage } from "../sources/find.ts";
import type { Section, View } from "../view.ts";

/** Settings of all stages. */
export function settingsSection({ stages }: View): Section {
  const title = "To repeat it";
  if (stages.length === 0) {
    return { title, body: [markup`<p class="missing">No record of a run was found (run.json, world.json).</p>`] };
  }
  return {
    title,
    body: [
      markup`<p>Equal settings, inputs and versions give equal bits on the CPU, with any number of threads.</p>`,
      ...stages.map(({ name, what, settings }: Stage) =>
        markup`<details><summary><b>${name}</b> ${what}</summary><div class="scroll"><table class="settings"><tbody>${
          Object.entries(settings).map(([key, value]) =>
            markup`<tr><th scope="row">${key}</th><td>${written(value)}</td></tr>`
          )
        }</tbody></table></div></details>`
      ),
    ],
  };
}

/** A value as it would stand in JSON, without the quotes of a text. */
function written(value: unknown): Markup {
  if (typeof value !== "object" || value === null) return markup`${String(value)}`;
  return markup`<pre>${JSON.stringify(value, undefined, 2)}</pre>`;
}
