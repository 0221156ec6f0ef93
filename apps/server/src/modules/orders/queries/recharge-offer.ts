import type { mallOrderRoutes, Settings } from '@quanshu/contract'
import type { z } from 'zod'

/** What a member may put on the balance: the offered amounts that the limits allow, rising. */
export function rechargeOffer(settings: Settings): z.output<typeof mallOrderRoutes.rechargeOffer.response> {
  const { minFen, maxFen } = settings['recharge.limits']
  return {
    enabled: settings['recharge.enabled'],
    minFen,
    maxFen,
    amounts: settings['recharge.amounts']
      .filter((amount) => amount >= minFen && amount <= maxFen)
      .toSorted((a, b) => a - b),
    rules: settings['recharge.rules'],
  }
}
