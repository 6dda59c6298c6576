/** Groups of at most `budget` tokens, in order; one longer item is alone in its group. */
export function packByTokens(lengths: readonly number[], budget: number): number[][] {
  const groups: number[][] = [];
  let room = -1;
  lengths.forEach((length, i) => {
    if (length > room) {
      groups.push([]);
      room = budget;
    }
    groups.at(-1)!.push(i);
    room -= length;
  });
  return groups;
}
