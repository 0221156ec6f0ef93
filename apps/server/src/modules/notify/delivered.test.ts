import { DELIVERED_KEYS, deliveredAs, LINE_KINDS, MESSAGE_LOCALES, standardText } from '@quanshu/contract'
import { describe, expect, test } from 'vitest'
import { type DeliveryContent, deliveryMail } from './templates.ts'
import { composed } from './words.ts'

/** Of each kind of goods: what its delivery is told as, what its words say, and what they must not say. */
const TOLD = [
  { kinds: ['card'], key: 'order.delivered', says: /卡密|codes/, never: /到账|服务已|积分|has been done|points/ },
  { kinds: ['link'], key: 'order.delivered.link', says: /兑换链接|redeem links/i, never: /卡密|到账|服务|\bcodes?\b/ },
  { kinds: ['topup'], key: 'order.delivered.topup', says: /充值|on (?:the|your) account/, never: /卡密|服务|codes?\b/ },
  {
    kinds: ['service'],
    key: 'order.delivered.service',
    says: /服务已经完成|has been done/,
    never: /卡密|充值|\bcodes?\b/,
  },
  { kinds: ['points'], key: 'order.delivered.points', says: /积分|points/, never: /卡密|发货|服务|\bcodes?\b/ },
  { kinds: ['card', 'points'], key: 'order.delivered', says: /卡密|codes/, never: /服务已/ },
  { kinds: ['card', 'topup', 'service'], key: 'order.delivered', says: /卡密|codes/, never: /服务已/ },
  { kinds: ['link', 'topup'], key: 'order.delivered', says: /卡密|codes/, never: /服务已/ },
  { kinds: ['topup', 'points'], key: 'order.delivered.topup', says: /充值|account/, never: /卡密|\bcodes?\b/ },
  {
    kinds: ['topup', 'service'],
    key: 'order.delivered.several',
    says: /都已完成|Everything/,
    never: /卡密|\bcodes?\b/,
  },
] as const

describe('a delivery says what arrived', () => {
  for (const locale of MESSAGE_LOCALES) {
    test.each(TOLD)(`$kinds in ${locale}`, ({ kinds, key, says, never }) => {
      expect(deliveredAs(kinds)).toBe(key)
      const text = standardText(key, 'email', locale)
      const inbox = standardText(key, 'inbox', locale)
      if (!text || !inbox) throw new Error(`${key} has no words`)
      const mail = deliveryMail(contentOf(kinds, locale), text)
      const line = composed(inbox, { shop: '云枢', order: '2611220000000001' })
      for (const words of [`${mail.subject} ${mail.text}`, mail.html, `${line.subject} ${line.paragraphs.join(' ')}`]) {
        expect(words).toMatch(says)
        expect(words).not.toMatch(never)
        expect(words).not.toMatch(/[{}](?!.*font)|undefined|null/)
      }
      expect(mail.text).toContain(kinds.includes('points' as never) ? '+50' : '× 2')
    })
  }

  test('by a kind of its own, or by one that holds for any', () => {
    expect(new Set(TOLD.map(({ key }) => key))).toEqual(new Set(DELIVERED_KEYS))
    expect(new Set(TOLD.flatMap(({ kinds }): readonly string[] => kinds))).toEqual(new Set(LINE_KINDS))
  })
})

function contentOf(kinds: readonly string[], locale: DeliveryContent['locale']): DeliveryContent {
  return {
    shopName: '云枢',
    orderNo: 2_611_220_000_000_001,
    locale,
    orderUrl: 'https://shop.example/orders/2611220000000001',
    lines: kinds.map((kind) => ({
      title: kind.toUpperCase(),
      quantity: 2,
      points: kind === 'points' ? 50 : null,
      codes: kind === 'card' || kind === 'link' ? ['AB12'] : null,
      moreCodes: 0,
    })),
  }
}
