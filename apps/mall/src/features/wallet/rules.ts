import type { RechargeRule } from '@quanshu/contract/recharge'
import type { useI18n } from '../../shared/i18n/index.ts'
import { moneyText } from '../../shared/ui/money.tsx'

type T = ReturnType<typeof useI18n>['t']

/** Each rule as a shopper reads it: "充 ¥100 送 ¥10", "满 ¥500 送 8%". */
export const rulesInWords = (rules: readonly RechargeRule[], t: T): readonly string[] =>
  rules.map((rule) => {
    const from = shortMoney(rule.fromFen)
    return 'bonusFen' in rule
      ? t('wallet.ruleFixed', { from, bonus: shortMoney(rule.bonusFen) })
      : t('wallet.rulePercent', { from, percent: rule.bonusPercent })
  })

/** Where there is little room, whole yuan go without their cents. */
export const shortMoney = (fen: number): string => moneyText(fen).replace(/\.00$/, '')

/** Yuan as they were typed, in fen; undefined for anything else. */
export function fenOf(typed: string): number | undefined {
  const match = /^(\d{1,7})(?:\.(\d{1,2}))?$/.exec(typed.trim())
  return match ? Number(match[1]) * 100 + Number((match[2] ?? '').padEnd(2, '0')) : undefined
}
