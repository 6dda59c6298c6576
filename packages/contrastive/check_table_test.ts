import { assertRejects } from "@std/assert";
import { checkTable } from "./check_table.ts";
import { fakeTable } from "./fakes.ts";

Deno.test("checkTable() refuses another policy or template, and prompts that the table lacks or has with another text", async () => {
  const table = await fakeTable([[1, 2], [3, 4]]);
  const prompts = ["0", "1"].map((promptId) => ({ promptId, prompt: promptId }));
  await checkTable(table, {});
  await checkTable(table, { policy: "policy", template: "", prompts });
  const refused = (use: Parameters<typeof checkTable>[1], problem: string) =>
    assertRejects(() => checkTable(table, use), RangeError, problem);
  await refused(
    { policy: "other" },
    'Expected baselines of the policy "other" but the table\'s are of "policy": begin from',
  );
  await refused({ template: "other" }, 'Expected baselines of the template "other" but the table\'s are of "": render');
  await refused({ prompts: [...prompts, { promptId: "2", prompt: "2" }] }, 'a baseline for prompt "2"');
  await refused({ prompts: [{ promptId: "0", prompt: "zero" }] }, "found another text");
});
