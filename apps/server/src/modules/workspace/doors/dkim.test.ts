import { generateKeyPairSync } from 'node:crypto'
import { buffer } from 'node:stream/consumers'
import DKIM from 'nodemailer/lib/dkim'
import { describe, expect, test } from 'vitest'
import { checkSignature, type ResolveTxt, SignatureUnknown } from './dkim.ts'

/** RFC 8463, appendix A: one mail signed with both algorithms. */
const FROM_THE_RFC = `DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed;
 d=football.example.com; i=@football.example.com;
 q=dns/txt; s=brisbane; t=1528637909; h=from : to :
 subject : date : message-id : from : subject : date;
 bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;
 b=/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11Bus
 Fa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw==
DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed;
 d=football.example.com; i=@football.example.com;
 q=dns/txt; s=test; t=1528637909; h=from : to : subject :
 date : message-id : from : subject : date;
 bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;
 b=F45dVWDfMbQDGHJFlXUNB2HKfbCeLRyhDXgFpEL8GwpsRe0IeIixNTe3
 DhCVlUrSjV4BwcVcOF6+FF3Zo9Rpo1tFOeS9mPYQTnGdaSGsgeefOsk2Jz
 dA+L10TeYt9BgDfQNZtKdN1WO//KgIqXP7OdEFE4LjFYNcUxZQ4FADY+8=
From: Joe SixPack <joe@football.example.com>
To: Suzie Q <suzie@shopping.example.net>
Subject: Is dinner ready?
Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)
Message-ID: <20030712040037.46341.5F8J@football.example.com>

Hi.

We lost the game.  Are you hungry yet?

Joe.
`.replaceAll('\n', '\r\n')
const RFC_KEYS: Readonly<Record<string, string>> = {
  'brisbane._domainkey.football.example.com': 'v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=',
  'test._domainkey.football.example.com':
    'v=DKIM1; k=rsa; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDkHlOQoBTzWRiGs5V6NpP3idY6Wk08a5qhdR6wy5bdOKb2jLQiY/J16JYi0Qvx/byYzCNb3W91y3FutACDfzwQ/BC/e/8uBsCR+yz1Lxj+PL6lHvqMKrM3rG4hstT5QjvHO9PzoxZyVYLzBfO2EeC3Ip3G+2kryOTIKT+l/K4w3QIDAQAB',
}
const NOW = new Date('2026-11-23T00:00:00Z')
const from =
  (records: Readonly<Record<string, string>>): ResolveTxt =>
  async (name) => {
    const record = records[name]
    if (record === undefined) throw Object.assign(new Error('none'), { code: 'ENOTFOUND' })
    return [[record.slice(0, 40), record.slice(40)]]
  }
const check = (mail: string, domain = 'football.example.com', records = RFC_KEYS) =>
  checkSignature(Buffer.from(mail, 'latin1'), domain, from(records), NOW)

describe('the mail of RFC 8463', () => {
  test.each(Object.keys(RFC_KEYS))('holds by the key at %s alone', async (name) => {
    expect(await check(FROM_THE_RFC, undefined, { [name]: RFC_KEYS[name] ?? '' })).toBe('pass')
  })

  test.each([
    ['another word', (mail: string) => mail.replace('lost the game', 'won the game')],
    ['another sender', (mail: string) => mail.replace('<joe@', '<jim@')],
    ['a second sender above', (mail: string) => `From: evil@football.example.com\r\n${mail}`],
    ['something appended', (mail: string) => `${mail}\r\nMore.\r\n`],
    [
      'a line feed alone, which ends the head for who reads the mail',
      (mail: string) => `X: y\nX: z\n\nA1,1\r\n${mail}`,
    ],
    ['a return more, which does too', (mail: string) => `X: y\r\r\n${mail}`],
    ['a sender that only the signature sees', (mail: string) => mail.replace('From:', '\x0bFrom:')],
    ['a second date above', (mail: string) => `Date: Mon, 23 Nov 2026 00:00:00 +0000\r\n${mail}`],
    ['an end long ago', (mail: string) => mail.replaceAll('t=1528637909', 't=1528637909; x=1528637910')],
  ])('does not with %s', async (_what, change) => {
    expect(await check(change(FROM_THE_RFC))).toBe('fail')
  })

  test('says nothing about another domain, covers no part only, and no key is no proof', async () => {
    expect(await check(FROM_THE_RFC, 'example.com')).toBe('none')
    expect(await check(FROM_THE_RFC, 'notfootball.example.com')).toBe('none')
    expect(await check(FROM_THE_RFC, 'mail.football.example.com')).toBe('pass')
    expect(await check(FROM_THE_RFC.replaceAll('q=dns/txt', 'l=0'))).toBe('none')
    expect(await check(FROM_THE_RFC.replaceAll(/date(?= :)|date(?=;)/g, 'cc'))).toBe('none')
    expect(await check(FROM_THE_RFC, undefined, {})).toBe('fail')
    const revoked = Object.fromEntries(Object.keys(RFC_KEYS).map((name) => [name, 'v=DKIM1; p=']))
    expect(await check(FROM_THE_RFC, undefined, revoked)).toBe('fail')
  })

  test('is put off while the key cannot be asked for', async () => {
    const down: ResolveTxt = async () => {
      throw Object.assign(new Error('timeout'), { code: 'ETIMEOUT' })
    }
    await expect(checkSignature(Buffer.from(FROM_THE_RFC), 'football.example.com', down, NOW)).rejects.toThrow(
      SignatureUnknown,
    )
  })
})

test('what another program signs holds, and a key that is too short does not', async () => {
  const mail =
    'From: a@x.test\r\nDate: Mon, 23 Nov 2026 00:00:00 +0000\r\nSubject:  two   spaces \r\n\r\nline  \r\n\r\n\r\n'
  for (const [bits, outcome] of [
    [2048, 'pass'],
    [512, 'fail'],
  ] as const) {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: bits })
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
    const signed = await buffer(new DKIM({ domainName: 'x.test', keySelector: 's', privateKey: pem }).sign(mail))
    const key = publicKey.export({ type: 'spki', format: 'der' }).toString('base64')
    expect(await checkSignature(signed, 'x.test', from({ 's._domainkey.x.test': `p=${key}` }), NOW)).toBe(outcome)
  }
})
