import { describe, expect, it } from 'vitest'
import { maskedMiddle } from './masked.ts'

describe('an account on the page', () => {
  it('keeps its ends, so that its owner knows it', () => {
    expect(maskedMiddle('13800138000')).toBe('138****8000')
    expect(maskedMiddle('lan.zhao@example.com')).toBe('lan.****.com')
    expect(maskedMiddle('琥珀玩家')).toBe('琥****家')
  })

  it('never shows the whole of it, however short', () => {
    for (const value of ['1', '12', '123', '1234', '12345', '123456', '1234567', '12345678', '1234567890123456']) {
      const shown = maskedMiddle(value).replaceAll('*', '').length
      expect(shown, value).toBeLessThan(value.length)
      expect(shown, value).toBeLessThanOrEqual(8)
    }
  })
})
