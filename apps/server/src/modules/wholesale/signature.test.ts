import { createHash, createHmac } from 'node:crypto'
import { wholesaleText } from '@quanshu/kernel'
import { expect, test } from 'vitest'
import { masked } from './commands/note-call.ts'
import {
  contentHash,
  isSigned,
  mayCallFrom,
  networkOf,
  newKey,
  numberAndSecret,
  signatureOf,
  tenantOfKey,
} from './model.ts'

/** As published in docs/wholesale-api.md. */
const SECRET = 'whsec_AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA='
const BODY = '{"outerNo":"B-1","productId":"7","quantity":1,"fields":{},"ceilingFen":1500,"trace":[]}'
const CALL = {
  method: 'POST',
  path: '/api/wholesale/v1/orders',
  timestamp: '1764000000',
  nonce: '0123456789abcdef',
  bodyHash: '05237de47daedd013b7ee2c713f8d5e907510163c735fb3ed5f1e3f04f540c0d',
}
const SIGNATURE = 'c707ef6f61b1dc1b0956c0ee3ad934b4177f566e4a28951581e28bd68cbf26ba'

test('the published vector is what is signed, also by code that knows only the page', () => {
  expect(createHash('sha256').update(BODY).digest('hex')).toBe(CALL.bodyHash)
  const text = `QS1-HMAC-SHA256\nPOST\n/api/wholesale/v1/orders\n1764000000\n0123456789abcdef\n${CALL.bodyHash}`
  expect(wholesaleText(CALL)).toBe(text)
  const key = Buffer.from(SECRET.slice('whsec_'.length), 'base64')
  expect(createHmac('sha256', key).update(text).digest('hex')).toBe(SIGNATURE)
  expect(signatureOf(SECRET, CALL).toString('hex')).toBe(SIGNATURE)
  expect(isSigned(['whsec_AAAA', SECRET], CALL, SIGNATURE)).toBe(true)
  for (const part of Object.keys(CALL)) {
    expect(isSigned([SECRET], { ...CALL, [part]: `${CALL[part as keyof typeof CALL]}0` }, SIGNATURE), part).toBe(false)
  }
  for (const bad of ['', SIGNATURE.toUpperCase(), `${SIGNATURE}00`, SIGNATURE.slice(2)]) {
    expect(isSigned([SECRET], CALL, bad)).toBe(false)
  }
})

test('a key names its shop, and what is no key names none', () => {
  expect(tenantOfKey(newKey(1_234_567 as never))).toBe(1_234_567)
  for (const text of ['', 'qk__0123456789012345678901', 'qk_0_0123456789012345678901', 'qk_1_short', 'x']) {
    expect(tenantOfKey(text)).toBeUndefined()
  }
})

test('networks are addresses and ranges of both families', () => {
  expect(mayCallFrom([], '198.51.100.7')).toBe(true)
  expect(mayCallFrom(['203.0.113.0/24'], '203.0.113.255')).toBe(true)
  expect(mayCallFrom(['203.0.113.0/24'], '203.0.114.0')).toBe(false)
  expect(mayCallFrom(['203.0.113.7'], '::ffff:203.0.113.7')).toBe(true)
  expect(mayCallFrom(['2001:db8::/32'], '2001:db8:1::1')).toBe(true)
  expect(mayCallFrom(['2001:db8::/32'], '203.0.113.7')).toBe(false)
  for (const text of ['', '203.0.113', '203.0.113.0/33', '203.0.113.0/x', '1.2.3.4/8/8', 'example.com']) {
    expect(networkOf(text), text).toBeUndefined()
  }
})

test('what is ordered makes two orders the same, whichever way it is written', () => {
  const base = { outerNo: '1', productId: '7', quantity: 1, fields: { a: '1', b: '2' }, ceilingFen: 5, trace: [] }
  const same = contentHash({
    ...base,
    fields: { b: '2', a: '1' },
    trace: ['0123456789abcdef'],
    callbackUrl: 'https://b.test/',
  })
  expect(same).toEqual(contentHash(base))
  for (const other of [{ quantity: 2 }, { productId: '8' }, { ceilingFen: 6 }, { fields: { a: '1' } }]) {
    expect(contentHash({ ...base, ...other })).not.toEqual(same)
  }
})

test('a code keeps all of its parts', () => {
  expect(numberAndSecret(['only'])).toEqual({ number: '', secret: 'only' })
  expect(numberAndSecret(['a', 'b'])).toEqual({ number: 'a', secret: 'b' })
  expect(numberAndSecret(['a', 'b', 'c'])).toEqual({ number: 'a', secret: 'b----c' })
})

test('what is too deep to be written is not logged, and stops nothing', () => {
  const deep = JSON.parse('['.repeat(200_000) + ']'.repeat(200_000))
  expect([masked(deep), masked({ fields: { a: deep } })]).toEqual(['…', '…'])
})
