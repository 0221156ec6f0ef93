import { checkFormValues, type FormField } from '@quanshu/contract'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { faultOf } from './form-check.ts'

const base = { key: 'k', labelZh: '账号', labelEn: '', hintZh: '', hintEn: '', confirmTwice: false } as const

const field = fc.record({
  type: fc.constantFrom('text', 'phone', 'email', 'number', 'select'),
  required: fc.boolean(),
  pattern: fc.constantFrom(undefined, '', '[0-9]{4,6}', 'a|b', '\\w+@game'),
})
const answer = fc.oneof(
  fc.string({ maxLength: 130 }),
  fc.constantFrom('13800000000', 'a@b.cn', '1234', ' 1234 ', 'a', 'x', '\u0007', '', '   ', 'me@game'),
)

describe('buyer’s form', () => {
  it('is judged in the page exactly as on the server', () => {
    fc.assert(
      fc.property(field, answer, ({ type, required, pattern }, value) => {
        const whole: FormField = {
          ...base,
          type,
          required,
          ...(pattern !== undefined && type === 'text' ? { pattern } : {}),
          ...(type === 'select' ? { options: [{ value: 'a', labelZh: '甲', labelEn: '' }] } : {}),
        }
        const [server] = checkFormValues([whole], { k: value })
        expect(faultOf(whole, value)).toBe(server?.fault)
      }),
      { numRuns: 500 },
    )
  })
})
