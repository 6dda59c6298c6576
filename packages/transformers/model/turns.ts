/** One job at a time, in the order in which they came. */

/**
 * Makes a queue. A model has all cores to itself while it computes: two runs at once take longer and need twice the memory.
 *
 * @returns Runs a job when those before it are done, whether or not they failed.
 */
export function inTurn(): <T>(job: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (job) => {
    const done = last.then(job, job);
    last = done.catch(() => {});
    return done;
  };
}
