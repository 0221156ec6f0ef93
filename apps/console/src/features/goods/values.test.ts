import { describe, expect, it } from 'vitest'
import { editorPath, emptyGoods, inputOf, newField, newSku, optionsOf } from './values.ts'

describe('the goods editor', () => {
  it('sends what was typed, without rows that were left empty', () => {
    const sku = {
      ...newSku(),
      id: 7,
      title: '月卡',
      priceFen: 1990,
      specs: [
        { name: ' 时长 ', value: '1 个月' },
        { name: '', value: '' },
      ],
    }
    const [sent] = inputOf({ ...emptyGoods(), title: '会员', skus: [sku] }).skus
    expect(sent).toMatchObject({ id: 7, priceFen: 1990, free: false, specs: { 时长: '1 个月' } })
  })

  it('gives nothing away: free goes out only with a price of 0', () => {
    const sku = { ...newSku(), title: '月卡', free: true }
    const sent = [1, 0].map((priceFen) => inputOf({ ...emptyGoods(), skus: [{ ...sku, priceFen }] }).skus[0]?.free)
    expect(sent).toEqual([false, true])
  })

  it('reads options a line, with value, label and English label', () => {
    expect(optionsOf('cn=国服=China\n\nintl')).toEqual([
      { value: 'cn', labelZh: '国服', labelEn: 'China' },
      { value: 'intl', labelZh: 'intl', labelEn: '' },
    ])
    expect(optionsOf('=国服')).toBeUndefined()
  })

  it('names every new field of the form differently', () => {
    expect([newField([]).key, newField(['account']).key, newField(['account', 'account2']).key]).toEqual([
      'account',
      'account2',
      'account3',
    ])
  })

  it('finds the field that a refusal of the server names', () => {
    expect(editorPath('skus.0.priceFen')).toEqual(['skus', 0, 'priceFen'])
    expect(editorPath('pictureIds.3')).toEqual(['pictures'])
    expect(editorPath('formFields.1.options.0.value')).toEqual(['formFields', 1, 'options'])
  })
})
