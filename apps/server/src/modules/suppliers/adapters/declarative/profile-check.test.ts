import { errorMessage, type SupplierProfileInput, supplierProfile } from '@quanshu/contract'
import { describe, expect, test } from 'vitest'
import { SMALL } from './declarative.fixture.ts'
import { shippedProfiles } from './profiles.ts'

describe('the check of a profile', () => {
  const issues = (profile: SupplierProfileInput): readonly string[] => {
    const parsed = supplierProfile.safeParse(profile)
    return parsed.success ? [] : parsed.error.issues.map(({ message, path }) => `${path.join('.')}: ${message}`)
  }
  const { place, ask, signing, answers } = SMALL
  const cards = { at: 'cards', secret: 's' }
  test.each<[string, Partial<SupplierProfileInput>, string]>([
    ['a path that runs', { answers: { ...answers, code: 'a[b]()' } }, 'answers.code: supplier_profile.path_invalid'],
    [
      'an order without our number',
      { place: { ...place, fields: [{ to: 'id', from: 'remoteId' }] } },
      'place.fields: supplier_profile.own_number_missing',
    ],
    ['asking without our number', { ask: { ...ask, fields: [] } }, 'ask.fields: supplier_profile.own_number_missing'],
    [
      'an order without a quantity',
      { place: { ...place, fields: (place.fields ?? []).slice(0, 2) } },
      'place.fields: supplier_profile.quantity_missing',
    ],
    [
      'a field twice',
      { place: { ...place, fields: [...(place.fields ?? []), { to: 'no', from: 'buyerIp' }] } },
      'place.fields.3.to: supplier_profile.repeated_field',
    ],
    ['a body for GET', { ask: { ...ask, method: 'GET' } }, 'ask.fields: supplier_profile.body_needs_post'],
    [
      'a signature without a secret',
      { signing: { ...signing, text: [{ is: 'pairs' }] } },
      'signing.text: supplier_profile.secret_not_signed',
    ],
    [
      'a secret that is nobody’s',
      { signing: { ...signing, text: [{ is: 'secret', name: 'nope' }] } },
      'signing.text.0.name: supplier_profile.secret_unknown',
    ],
    [
      'a signature over a field’s name',
      { signing: { ...signing, name: 'no' } },
      'signing.name: supplier_profile.signature_taken',
    ],
    [
      'a listed order of nothing',
      { signing: { ...signing, text: [{ is: 'pairs', sort: 'listed' }, { is: 'secret' }] } },
      'signing.text.0.only: supplier_profile.names_missing',
    ],
    ['a secret in an address', { ask: { ...ask, path: '/x/{key}' } }, 'ask.path: supplier_profile.secret_in_address'],
    [
      'a setting that does not exist',
      { ask: { ...ask, path: '/x/{nope}' } },
      'ask.path: supplier_profile.setting_unknown',
    ],
    [
      'a refusal about nothing',
      { answers: { ...answers, rules: [{ codes: ['1'], means: 'refused' }] } },
      'answers.rules.0.about: supplier_profile.about_missing',
    ],
    [
      'a rule of nothing',
      { answers: { ...answers, rules: [{ means: 'uncertain' }] } },
      'answers.rules.0: supplier_profile.rule_empty',
    ],
    [
      'states without an end',
      { ask: { ...ask, order: { state: 's', states: { '1': 'done' } } } },
      'ask.order.states: supplier_profile.states_incomplete',
    ],
    ['asking without a state', { ask: { ...ask, order: {} } }, 'ask.order.state: supplier_profile.state_missing'],
    [
      'refunds without amounts',
      { ask: { ...ask, order: { state: 's', states: { '1': 'done', '2': 'refunded' } } } },
      'ask.order.refund: supplier_profile.refund_missing',
    ],
    [
      'cards without a password',
      { ask: { ...ask, order: { ...ask.order, cards: { at: 'cards' } } } },
      'ask.order.cards.secret: supplier_profile.card_names',
    ],
    [
      'CBC without a vector',
      { ask: { ...ask, order: { ...ask.order, cards: { ...cards, cipher: { of: 'list', cipher: 'aes-128-cbc' } } } } },
      'ask.order.cards.cipher.iv: supplier_profile.iv_missing',
    ],
    [
      'all fields without a shape',
      { common: [{ to: 'f', from: 'fields' }] },
      'common.0.shape: supplier_profile.shape_missing',
    ],
    [
      'a setting without its name',
      { common: [{ to: 'f', from: 'setting' }] },
      'common.0.text: supplier_profile.text_missing',
    ],
    ['a callback that names nothing', { callback: { signing } }, 'callback.no: supplier_profile.callback_names'],
    [
      'a check of nobody’s account',
      { checkAccount: { path: '/check', fields: [] } },
      'checkAccount.fields: supplier_profile.account_missing',
    ],
    [
      'a check that everybody passes',
      {
        checkAccount: { path: '/check', fields: [{ to: 'a', from: 'account' }], state: 's', states: { '1': 'valid' } },
      },
      'checkAccount.states: supplier_profile.verdicts_incomplete',
    ],
    [
      'a callback whose number is not signed',
      { callback: { no: 'no', signing: { ...signing, text: [{ is: 'pairs', only: ['status'] }, { is: 'secret' }] } } },
      'callback.signing: supplier_profile.number_not_signed',
    ],
  ])('refuses %s, and says so in both languages', (_name, change, expected) => {
    expect(issues({ ...SMALL, ...change })).toContain(expected)
    const code = expected.split(': ')[1] ?? ''
    const [zh, en] = [errorMessage(code, {}, 'zh-CN'), errorMessage(code, {}, 'en')]
    expect(zh).toMatch(/\p{Script=Han}/u)
    expect(en).not.toBe(code)
  })

  test('takes the smallest one, and what the console writes of the shipped ones', () => {
    expect(issues(SMALL)).toEqual([])
    for (const profile of shippedProfiles) expect(issues(JSON.parse(JSON.stringify(profile)))).toEqual([])
  })
})
