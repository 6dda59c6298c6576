/** Everything needed to do it again. */
import { type Markup, markup } from "@tare/eval/report";
import { figure } from "../format.ts";
import type { Section, View } from "../view.ts";

/** Settings of all stages. */
export function settingsSection({ stages }: View): Section {
  const title = "To repeat it";
  if (stages.length === 0) {
    const why = "No record of a stage was found (run.json, stages.json, world.json).";
    return { title, body: [markup`<p class="missing">${why}</p>`] };
  }
  return {
    title,
    body: [
      markup`<p>Equal settings, inputs and versions give equal bits on the CPU of one machine, with any number of threads.</p>`,
      ...stages.map(({ name, command, settings, seconds }) =>
        markup`<details><summary><b>${name}</b> <small>tare ${command}${
          seconds === undefined ? "" : `, ${figure(seconds)} s`
        }</small></summary><div class="scroll"><table class="settings"><tbody>${
          Object.entries(settings).filter(([, value]) => value !== undefined).map(([key, value]) =>
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
