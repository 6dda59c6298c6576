/** Vulkan drivers on Linux complain at every start where XDG_RUNTIME_DIR is not set, as in containers. */

/** Sets it to the folder for temporary files, for this process, if that is allowed. */
export async function quietVulkan(): Promise<void> {
  const variable = "XDG_RUNTIME_DIR";
  const { state } = await Deno.permissions.query({ name: "env", variable });
  if (Deno.build.os !== "linux" || state !== "granted" || Deno.env.get(variable)) return;
  Deno.env.set(variable, "/tmp");
}
