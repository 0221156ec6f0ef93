import type { PaymentMethod } from '../api/types.ts'
import { useI18n } from '../i18n/index.ts'
import { moneyText } from './money.tsx'

/** Whether the gateway takes so little. */
export const takes = ({ feeFen, minFen }: PaymentMethod, amountFen: number): boolean => amountFen + feeFen >= minFen

/** What has to be paid through a gateway at least, whichever it is; 0 when there is none. Fen. */
export function leastOf(methods: readonly PaymentMethod[]): number {
  const gateways = methods.filter(({ needsMember }) => !needsMember)
  return gateways.length === 0 ? 0 : Math.min(...gateways.map(({ minFen }) => minFen))
}

/** What a shopper knows of a gateway before choosing it: from which amount on, or what it adds. */
export function useMethodNote(): (method: PaymentMethod, amountFen: number) => string {
  const { t } = useI18n()
  return (method, amountFen) => {
    if (!takes(method, amountFen)) return t('checkout.leastAmount', { amount: moneyText(method.minFen) })
    return method.feeFen > 0 ? t('checkout.feeOnTop', { amount: moneyText(method.feeFen) }) : ''
  }
}
