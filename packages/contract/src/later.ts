import { z } from 'zod'
import { catalogErrors } from './errors/catalog.ts'
import { addRefusal } from './form-fields.ts'
import type { SkuKind } from './states.ts'

/** Three years: what is kept longer is forgotten, and its money lies as long. */
export const LATER_DAYS_MAX = 1_095

/** Of a top-up: whether it may be bought without an account and activated later. */
export const laterInput = {
  /** How many days after the payment it may be activated; null: it is topped up at once only. */
  laterDays: z.int().min(1).max(LATER_DAYS_MAX).nullable().default(null),
  /** Whether its buyer may give it back alone while it is not activated. */
  laterRefund: z.boolean().default(true),
}

export function checkLater(
  { kind, laterDays }: { readonly kind: SkuKind; readonly laterDays: number | null },
  at: (field: string) => (string | number)[],
  context: z.RefinementCtx,
): void {
  if (kind !== 'topup' && laterDays !== null) addRefusal(context, at('laterDays'), catalogErrors.onlyTopUpsWait())
}
