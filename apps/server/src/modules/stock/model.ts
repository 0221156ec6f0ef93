import type { Actor } from '@quanshu/kernel'

/** How a person or program is named beside a move. */
export const actorName = (actor: Actor): string => ('name' in actor ? actor.name : actor.kind)
