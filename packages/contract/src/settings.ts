import { z } from 'zod'
import { RECHARGE_AMOUNTS_MAX, RECHARGE_FEN_MAX, RECHARGE_RULES_MAX } from './recharge.ts'
import { requiredText, text } from './schemas.ts'

const rechargeFen = z.int().min(1).max(RECHARGE_FEN_MAX)
/** Nobody gets more on top than what is paid. */
const rechargeRule = z.union([
  z.strictObject({ fromFen: rechargeFen, bonusFen: rechargeFen }).refine((rule) => rule.bonusFen <= rule.fromFen, {
    message: 'the bonus must not be above the amount',
    path: ['bonusFen'],
  }),
  z.strictObject({ fromFen: rechargeFen, bonusPercent: z.int().min(1).max(100) }),
])

/** `22:00` */
const clockTime = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/)

/**
 * Everything a merchant may set about the shop. One row per key in the database; a key that was never set has the
 * default written here, so a new setting needs no migration.
 */
export const settingSchemas = {
  'shop.name': requiredText(40).default('我的小店'),
  /** Address of a picture, as answered by the upload; empty shows the name instead. */
  'shop.logoUrl': z
    .string()
    .max(500)
    .regex(/^(?:\/files\/[\w./-]+|https:\/\/\S+)?$/)
    .default(''),
  'shop.announcement': text(500).default(''),
  /** How a shopper reaches the shop: phone, WeChat number, opening hours. */
  'shop.contact': text(200).default(''),
  'shop.locale': z.enum(['zh-CN', 'en']).default('zh-CN'),
  /** How long an unpaid order keeps its pieces. */
  'orders.holdMinutes': z.int().min(1).max(1440).default(15),
  /** Open, unpaid orders at one time; what stops a stranger from holding the whole stock. */
  'orders.unpaidMaxPerPerson': z.int().min(1).max(100).default(3),
  'orders.unpaidMaxPerIp': z.int().min(1).max(1000).default(10),
  'orders.unpaidMaxPerDevice': z.int().min(1).max(100).default(5),
  'orders.guestCheckout': z.boolean().default(true),
  /** Guests must choose a query password; without it, number and contact are enough to look up an order's state. */
  'orders.queryPasswordRequired': z.boolean().default(true),
  /** An order that gives back more than this in all needs a second person's yes; 0 asks nobody. */
  'refunds.approvalAboveFen': z.int().min(0).max(100_000_000).default(0),
  /** The same for points. */
  'refunds.approvalAbovePoints': z.int().min(0).max(1_000_000_000).default(0),
  /** What the shop may forgo when staff take an order for paid with less. */
  'payments.letGoMaxFen': z.int().min(0).max(100_000_000).default(500),
  /** A payment that staff claim for an order, above this, needs a second person's yes; 0 asks nobody. */
  'payments.claimApprovalAboveFen': z.int().min(0).max(100_000_000).default(0),
  /** Money booked at a supplier, above this, needs a second person's yes; 0 asks nobody. */
  'suppliers.moneyApprovalAboveFen': z.int().min(0).max(10_000_000_000).default(0),
  /** A refund that would take back a code already used: refuse it, or do it and record the piece as a loss. */
  'refunds.usedCodes': z.enum(['refuse', 'record_loss']).default('record_loss'),
  /** How long something may be stuck before it worries, and before it is late; the desk colours by it. */
  'desk.ages': z
    .object({ worryMinutes: z.int().min(1).max(43_200), lateMinutes: z.int().min(1).max(43_200) })
    .refine((value) => value.worryMinutes < value.lateMinutes, {
      message: 'worryMinutes must be below lateMinutes',
      path: ['worryMinutes'],
    })
    .default({ worryMinutes: 60, lateMinutes: 240 }),
  /** `codes`: the email carries the codes themselves; `link`: only a link to the order page. */
  'delivery.emailCarries': z.enum(['codes', 'link']).default('link'),
  /** Stock in words: 充足 from `plentyFrom`, 一般 from `someFrom`, 少量 below, 已售罄 at 0. */
  'stock.words': z
    .object({ plentyFrom: z.int().min(2).max(1_000_000), someFrom: z.int().min(1).max(1_000_000) })
    .refine((value) => value.someFrom < value.plentyFrom, {
      message: 'someFrom must be below plentyFrom',
      path: ['someFrom'],
    })
    .default({ plentyFrom: 100, someFrom: 10 }),
  /** The board warns about a SKU at or below this many pieces. */
  'stock.lowFrom': z.int().min(0).max(1_000_000).default(10),
  /** Beijing time; messages that are not urgent wait until `to`. A night that passes midnight is usual. */
  'notify.quietHours': z
    .object({ enabled: z.boolean(), from: clockTime, to: clockTime })
    .refine((value) => value.from !== value.to, {
      message: 'the night must begin and end at different times',
      path: ['to'],
    })
    .default({ enabled: false, from: '22:00', to: '08:00' }),
  /** Messages of one event to one person in 24 hours, by text message and mail; 0 is no limit. */
  'notify.capPerDay': z.int().min(0).max(10_000).default(50),
  /** Which provider sends text messages first; the other one takes over what it refuses. */
  'notify.smsFirst': z.enum(['aliyun', 'tencent']).default('aliyun'),
  /** A text message too where WeCom tells the member; off: only when WeCom has refused. */
  'notify.smsBesideWecom': z.boolean().default(false),
  /** Members may put money on their balance. */
  'recharge.enabled': z.boolean().default(false),
  /** The least and the most of one recharge. */
  'recharge.limits': z
    .object({ minFen: rechargeFen, maxFen: rechargeFen })
    .refine((value) => value.minFen <= value.maxFen, {
      message: 'minFen must not be above maxFen',
      path: ['minFen'],
    })
    .default({ minFen: 100, maxFen: 500_000 }),
  /** Offered to choose from; those outside of the limits are not shown. */
  'recharge.amounts': z
    .array(rechargeFen)
    .max(RECHARGE_AMOUNTS_MAX)
    .refine((amounts) => new Set(amounts).size === amounts.length, { message: 'each amount once' })
    .default([1_000, 3_000, 5_000, 10_000, 20_000, 50_000]),
  /** What comes on top; the highest rule that is reached counts. */
  'recharge.rules': z
    .array(rechargeRule)
    .max(RECHARGE_RULES_MAX)
    .refine((rules) => rules.every((rule, n) => n === 0 || rule.fromFen > (rules[n - 1]?.fromFen ?? 0)), {
      message: 'rules rise, each from an amount of its own',
    })
    .default([]),
  /** The set-up guide was put away. */
  'setup.dismissed': z.boolean().default(false),
} as const

export type SettingKey = keyof typeof settingSchemas
export type Settings = { readonly [K in SettingKey]: z.output<(typeof settingSchemas)[K]> }
export const SETTING_KEYS = Object.keys(settingSchemas) as SettingKey[]

/** All settings with their values; what the console's form reads. */
export const settingsSchema = z.object(settingSchemas)
/** Some settings; what the console's form saves. A key that is absent stays as it is. */
export const settingsPatch = z
  .strictObject(
    Object.fromEntries(SETTING_KEYS.map((key) => [key, settingSchemas[key].unwrap().optional()])) as unknown as {
      [K in SettingKey]: z.ZodOptional<ReturnType<(typeof settingSchemas)[K]['unwrap']>>
    },
  )
  .refine((value) => Object.keys(value).length > 0, { message: 'nothing to change' })

/** 充足, 一般, 少量, 已售罄: which word a shopper sees for so many pieces. */
export type StockWord = 'plenty' | 'some' | 'few' | 'none'
export function stockWord(available: number, words: Settings['stock.words']): StockWord {
  if (available <= 0) return 'none'
  if (available >= words.plentyFrom) return 'plenty'
  return available >= words.someFrom ? 'some' : 'few'
}
