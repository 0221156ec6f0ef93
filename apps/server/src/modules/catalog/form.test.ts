import { checkFormValues, FORM_VALUE_LENGTH_MAX, formFields, patternProblem } from '@quanshu/contract'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

const field = (differences: object) =>
  formFields.parse([{ key: 'account', labelZh: '账号', type: 'text', ...differences }])
const faults = (differences: object, value: string) =>
  checkFormValues(field(differences), { account: value }).map(({ fault }) => fault)

describe('a buyer’s answers', () => {
  test('are judged by type, requirement, options and pattern', () => {
    expect(faults({}, '  ')).toEqual(['required'])
    expect(faults({ required: false }, '')).toEqual([])
    expect(faults({}, 'x'.repeat(101))).toEqual(['tooLong'])
    expect(faults({}, 'a\u0000b')).toEqual(['badFormat'])
    expect(faults({ type: 'phone' }, ' 13800000000 ')).toEqual([])
    expect(faults({ type: 'phone' }, '12345')).toEqual(['badFormat'])
    expect(faults({ type: 'email' }, 'a@b.cn')).toEqual([])
    expect(faults({ type: 'email' }, 'a@b')).toEqual(['badFormat'])
    expect(faults({ type: 'number' }, '١٢')).toEqual(['badFormat'])
    expect(faults({ type: 'select', options: [{ value: '1', labelZh: '一区' }] }, '2')).toEqual(['notAnOption'])
    expect(faults({ pattern: '\\d{5,10}' }, '12345x')).toEqual(['badFormat'])
    expect(faults({ pattern: 'a|b' }, 'ab')).toEqual(['badFormat'])
    expect(checkFormValues([], { other: 'x' })).toEqual([{ key: 'other', fault: 'unknownField' }])
  })
})

describe('a pattern', () => {
  test('that could be slow on a stranger’s answer is refused', () => {
    for (const slow of ['(a+)+', '(a|a)*', '([a-z]+)*x', '(a?){50}', '(?=a)a', '(?<n>a)\\k<n>', 'a*a*a*a*']) {
      expect([slow, patternProblem(slow)?.status]).toEqual([slow, 422])
    }
    for (const fine of [
      '\\d{6,12}',
      '[\\w.+-]+@[\\w-]+\\.[a-z]{2,6}',
      '(?:wx|qq)?[0-9a-f]+',
      '[^\\]]{1,9}',
      '\\p{Script=Han}{2,8}',
    ]) {
      expect([fine, patternProblem(fine)?.code]).toEqual([fine, undefined])
    }
  })

  test('that is accepted answers within 100 ms, whatever it and the answer are', () => {
    const piece = fc.constantFrom(
      'a',
      'b',
      '[ab]',
      '.',
      '(a|b)',
      '(?:ab|a)',
      '(a*b)',
      '+',
      '*',
      '?',
      '{2,}',
      '{1,30}',
      '|',
    )
    const pattern = fc.array(piece, { minLength: 1, maxLength: 14 }).map((pieces) => pieces.join(''))
    const answer = fc
      .array(fc.constantFrom('a', 'b', 'c'), { maxLength: FORM_VALUE_LENGTH_MAX })
      .map((letters) => letters.join(''))
    fc.assert(
      fc.property(pattern, answer, (source, value) => {
        fc.pre(patternProblem(source) === undefined)
        // Of the processor, which others on this machine may be given meanwhile.
        const before = process.cpuUsage()
        faults({ pattern: source, required: false }, value)
        faults({ pattern: source, required: false }, `${'a'.repeat(FORM_VALUE_LENGTH_MAX - 1)}c`)
        expect(process.cpuUsage(before).user).toBeLessThan(200_000)
      }),
      { numRuns: 2_000 },
    )
  })
})
