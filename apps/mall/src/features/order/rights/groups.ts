import type { Right } from '../../../shared/api/types.ts'

/** Pieces of one line that follow each other: one card, so that a purchase of a hundred is not a hundred cards. */
export type RightGroup = { readonly rights: readonly [Right, ...Right[]] }

/** In the order of the list, which is that of the pieces too, but with the first piece of a line first. */
export function groupsOf(rights: readonly Right[]): readonly RightGroup[] {
  const groups: [Right, ...Right[]][] = []
  for (const right of rights) {
    const last = groups.at(-1)
    if (last && areOfOne(last[0], right)) last.push(right)
    else groups.push([right])
  }
  return groups.map((group) => ({ rights: group.toSorted((a, b) => a.piece - b.piece) as [Right, ...Right[]] }))
}

/** What one card says of all of its pieces; how each stands is told beside it where they differ. */
const areOfOne = (a: Right, b: Right): boolean =>
  a.orderNo === b.orderNo &&
  a.lineNo === b.lineNo &&
  a.source === b.source &&
  a.isReplaced === b.isReplaced &&
  a.validUntil === b.validUntil
