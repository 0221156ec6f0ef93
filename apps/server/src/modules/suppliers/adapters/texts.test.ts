import fc from 'fast-check'
import { expect, test } from 'vitest'
import { endOf, momentOf, stampOf } from './dates.ts'
import { haoToText, toHao } from './hao.ts'
import { parseJson, writeJson } from './json.ts'
import { at, textAt } from './path.ts'

test('hao and decimal text are the same amount, and a ceiling never rises', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 99_999_999_999 }), fc.integer({ min: 0, max: 4 }), (hao, decimals) => {
      expect(toHao(haoToText(hao, 4))).toBe(hao)
      const shown = toHao(haoToText(hao, decimals)) ?? Number.NaN
      expect(shown).toBeLessThanOrEqual(hao)
      expect(hao - shown).toBeLessThan(10 ** (4 - decimals))
    }),
  )
})

test.each([
  ['18.5', 'yuan', 185_000],
  ['0.1', 'yuan', 1_000],
  ['1234', 'fen', 123_400],
  ['0.12341', 'yuan', 1_235],
  ['0.12340000', 'yuan', 1_234],
  ['-3', 'yuan', -30_000],
  ['1e3', 'yuan', undefined],
  ['1,000', 'yuan', undefined],
  ['', 'yuan', undefined],
  ['99999999999.9999', 'yuan', 999_999_999_999_999],
  ['999999999999', 'yuan', undefined],
] as const)('%s %s', (text, unit, hao) => {
  expect(toHao(text, unit)).toBe(hao)
})

test('JSON keeps its numbers as they were written', () => {
  const text = '{"no":12345678901234567890,"price":18.5000,"list":[1e3,-0],"中":"/"}'
  expect(writeJson(parseJson(text) ?? null)).toBe(text)
  expect(writeJson(parseJson('{"b":{"d":1,"c":2},"a":3}') ?? null, 'first')).toBe('{"a":3,"b":{"d":1,"c":2}}')
  expect(writeJson(parseJson('{"b":{"d":1,"c":2},"a":3}') ?? null, 'all')).toBe('{"a":3,"b":{"c":2,"d":1}}')
  expect(parseJson('\ufeff {"a":1}')).toBeDefined()
  expect(parseJson('{"a":')).toBeUndefined()
})

test('a path follows own names only, into lists and into JSON text', () => {
  const value = parseJson('{"a":{"b":[{"c":7}]},"text":"{\\"x\\":[1]}","n":null}')
  expect(textAt(value, 'a.b[0].c')).toBe('7')
  expect(textAt(value, 'text!.x[0]')).toBe('1')
  expect(textAt(value, 'nope|a.b[0].c')).toBe('7')
  expect(at(value, 'n')).toBeNull()
  for (const path of ['constructor', '__proto__', 'a.b.length', 'a.b[0].c.toString', 'text.x', 'a!']) {
    expect(at(value, path), path).toBeUndefined()
  }
})

test('moments in every notation come back as they were', () => {
  const moment = new Date('2026-11-22T01:30:05Z')
  for (const unit of ['seconds', 'milliseconds', 'compact', 'datetime'] as const) {
    expect(momentOf(stampOf(moment, unit), unit)).toEqual(moment)
    expect(momentOf('soon', unit)).toBeUndefined()
  }
  expect(stampOf(moment, 'datetime')).toBe('2026-11-22 09:30:05')
})

test.each([
  ['', null],
  ['永久有效', null],
  ['2027-01-31', '2027-01-31T23:59:59+08:00'],
  ['2027/1/5 08:00', '2027-01-05T08:00:00+08:00'],
  ['2027-01-31 10:11:12', '2027-01-31T10:11:12+08:00'],
  ['2027-01-31T10:11:12Z', '2027-01-31T10:11:12Z'],
  ['20270131101112', '2027-01-31T02:11:12.000Z'],
  ['1801361472', '2027-01-31T02:11:12.000Z'],
  ['2027-13-45', undefined],
  ['next year', undefined],
])('the end of a card: %s', (text, end) => {
  expect(endOf(text)).toBe(end)
})
