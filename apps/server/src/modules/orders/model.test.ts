import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { drawOrderNo, maskContact, normaliseContact } from './model.ts'

describe('order numbers', () => {
  test('have 16 digits, begin with the day in Shanghai and do not follow one another', () => {
    const nos = Array.from({ length: 1000 }, () => drawOrderNo(new Date('2026-11-22T16:30:00Z')))
    expect(nos.every((no) => /^261123\d{10}$/.test(String(no)))).toBe(true)
    expect(new Set(nos).size).toBe(1000)
    expect(nos.toSorted((a, b) => a - b)).not.toEqual(nos)
  })
})

describe('contacts', () => {
  test('of one person are one contact, however they are typed', () => {
    for (const text of ['13800000000', '138 0000 0000', '138-0000-0000', '+8613800000000', '8613800000000']) {
      expect(normaliseContact(text)).toBe('13800000000')
    }
    expect(normaliseContact(' Zhang.San@Example.COM ')).toBe('zhang.san@example.com')
  })

  test('that nobody could be reached at are refused', () => {
    for (const text of ['12345', 'a@b', '@example.com', 'a b@example.com', '23800000000', "'; drop table orders;--"]) {
      expect(() => normaliseContact(text)).toThrow(expect.objectContaining({ code: 'orders.contact_invalid' }))
    }
  })

  test('are stored as they would be stored again', () => {
    fc.assert(
      fc.property(fc.emailAddress(), (email) => {
        try {
          const once = normaliseContact(email)
          expect(normaliseContact(once)).toBe(once)
        } catch (error) {
          expect(error).toMatchObject({ code: 'orders.contact_invalid' })
        }
      }),
    )
  })

  test('are masked so that one’s own is recognised and nobody else’s can be written to', () => {
    expect(maskContact('13812345678')).toBe('138****5678')
    expect(maskContact('zhang@example.com')).toBe('zh***@example.com')
    expect(maskContact('a@example.com')).toBe('a***@example.com')
    fc.assert(
      fc.property(fc.emailAddress(), (email) => {
        const [name = ''] = email.split('@')
        if (name.length > 2) expect(maskContact(email)).not.toContain(name)
      }),
    )
  })
})
