import { generateKeyPairSync } from 'node:crypto'
import { buffer } from 'node:stream/consumers'
import { sealMessage } from 'mailauth/lib/arc/index.js'
import DKIM from 'nodemailer/lib/dkim'
import { describe, expect, test } from 'vitest'
import { attachmentsOf, openLetter } from './letter.ts'
import {
  bounded,
  carrierAddress,
  checkChain,
  checkPolicy,
  checkSignature,
  type Resolve,
  SignatureUnknown,
} from './proof.ts'

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
  (records: Readonly<Record<string, string>>): Resolve =>
  async (name, type) => {
    const record = type === 'TXT' ? records[name] : undefined
    if (record === undefined) throw Object.assign(new Error('none'), { code: 'ENOTFOUND' })
    return [[record.slice(0, 40), record.slice(40)]]
  }
/** `refused`: it is no letter, and nobody is asked. */
async function check(
  mail: string | Buffer,
  domain = 'football.example.com',
  records = RFC_KEYS,
  resolve = from(records),
) {
  const letter = await openLetter(Buffer.isBuffer(mail) ? mail : Buffer.from(mail, 'latin1'))
  return 'why' in letter ? 'refused' : (await checkSignature(letter, domain, resolve, NOW)).signature
}

describe('the mail of RFC 8463', () => {
  test.each(Object.keys(RFC_KEYS))('holds by the key at %s alone', async (name) => {
    expect(await check(FROM_THE_RFC, undefined, { [name]: RFC_KEYS[name] ?? '' })).toBe('pass')
  })

  test.each([
    ['another word', 'fail', (mail: string) => mail.replace('lost the game', 'won the game')],
    ['another sender', 'fail', (mail: string) => mail.replace('<joe@', '<jim@')],
    ['something appended', 'fail', (mail: string) => `${mail}\r\nMore.\r\n`],
    ['an end long ago', 'fail', (mail: string) => mail.replaceAll('t=1528637909', 't=1528637909; x=1528637910')],
    // What its signature does not cover says how its body is to be read.
    ['another kind of body', 'fail', (mail: string) => `Content-Type: text/csv; name=a.csv\r\n${mail}`],
    [
      'its body as an attachment',
      'fail',
      (mail: string) => `Content-Disposition: attachment; filename=a.csv\r\n${mail}`,
    ],
    ['parts of another’s choice', 'fail', (mail: string) => `Content-Type: multipart/mixed; boundary=Joe.\r\n${mail}`],
    ['a second sender above', 'refused', (mail: string) => `From: evil@football.example.com\r\n${mail}`],
    ['a second date above', 'refused', (mail: string) => `Date: Mon, 23 Nov 2026 00:00:00 +0000\r\n${mail}`],
    [
      'a line feed alone, which ends the head for who reads the mail',
      'refused',
      (mail: string) => `X: y\nX: z\n\nA1,1\r\n${mail}`,
    ],
    ['line feeds alone in its body', 'refused', (mail: string) => mail.replace('Hi.\r\n', 'Hi.\n')],
    ['a return more, which does too', 'refused', (mail: string) => `X: y\r\r\n${mail}`],
    ['a sender that only the signature sees', 'refused', (mail: string) => mail.replace('From:', '\x0bFrom:')],
    ['a sender that only a reader sees', 'refused', (mail: string) => `\xa0From: evil@football.example.com\r\n${mail}`],
    ['an empty line above', 'refused', (mail: string) => `\r\n${mail}`],
  ])('does not with %s', async (_what, outcome, change) => {
    expect(await check(change(FROM_THE_RFC))).toBe(outcome)
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

  test('is put off while the key cannot be asked for, and another’s key is never asked for', async () => {
    const asked: string[] = []
    const down: Resolve = async (name) => {
      asked.push(name)
      throw Object.assign(new Error('timeout'), { code: 'ETIMEOUT' })
    }
    await expect(check(FROM_THE_RFC, undefined, undefined, down)).rejects.toThrow(SignatureUnknown)
    expect(asked).toHaveLength(2)
    // Whoever writes a mail would learn from his own name servers that its sender is listened to.
    expect(await check(FROM_THE_RFC, 'example.org', undefined, down)).toBe('none')
    expect(asked).toHaveLength(2)
  })
})

/** Signed by another program. @returns the mail, and the records that prove it */
async function signed(mail: string, { bits = 2_048, domain = 'x.test', fields = '' } = {}) {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: bits })
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  const signer = new DKIM({
    domainName: domain,
    keySelector: 's',
    privateKey: pem,
    ...(fields && { headerFieldNames: fields }),
  })
  const key = publicKey.export({ type: 'spki', format: 'der' }).toString('base64')
  return { raw: await buffer(signer.sign(mail)), records: { [`s._domainkey.${domain}`]: `p=${key}` } }
}
const HEAD = 'From: a@x.test\r\nDate: Mon, 23 Nov 2026 00:00:00 +0000\r\nSubject:  two   spaces \r\n'
/** As large houses sign: not what tells how the body is to be read. */
const FEW = 'from:date:subject'

test('what another program signs holds, and a key that is too short does not', async () => {
  for (const [bits, outcome] of [
    [2_048, 'pass'],
    [512, 'fail'],
  ] as const) {
    const { raw, records } = await signed(`${HEAD}\r\nline  \r\n\r\n\r\n`, { bits })
    expect(await check(raw, 'x.test', records)).toBe(outcome)
  }
  // Signed, and not there or no day: whoever sends it again would give it a day of his own.
  for (const date of ['', 'Date: some day\r\n']) {
    const { raw, records } = await signed(`From: a@x.test\r\n${date}\r\nline\r\n`, { fields: 'from:date' })
    expect(await check(raw, 'x.test', records)).toBe('none')
  }
})

test('parts are where the signer’s were, also where he did not sign how they are told apart', async () => {
  const parts = (boundary: string) =>
    `--${boundary}\r\nContent-Type: text/plain\r\n\r\nyou wrote:\r\n--evil\r\nContent-Type: text/csv; name=a.csv\r\n\r\nA1,1\r\n--evil--\r\n--${boundary}--\r\n`
  const { raw, records } = await signed(
    `${HEAD}MIME-Version: 1.0\r\nContent-Type: multipart/mixed;\r\n boundary="real one"\r\n\r\n${parts('real one')}`,
    { fields: FEW },
  )
  const mail = raw.toString('latin1')
  const as = (type: string) => check(mail.replace(/multipart\/mixed;\r\n boundary="real one"/, type), 'x.test', records)
  expect(await as('multipart/mixed; boundary="real one"')).toBe('pass')
  for (const type of [
    'multipart/mixed; boundary=evil',
    'multipart/mixed; boundary="evil"',
    'multipart/mixed; boundary="real one"; boundary=evil',
    'multipart/mixed; x="; boundary=real"; boundary=evil',
    "multipart/mixed; boundary*=utf-8''evil",
    'multipart/mixed; boundary*0=ev; boundary*1=il',
    'text/csv; name=a.csv',
  ])
    expect(await as(type), type).toBe('fail')
})

test('a letter does not become a file by a field that its signer did not sign, and a file stays one', async () => {
  const disposed = 'Content-Disposition: attachment; filename=a.csv\r\n'
  for (const [type, outcome] of [
    ['text/csv', 'pass'],
    ['text/plain', 'fail'],
  ] as const) {
    const { raw, records } = await signed(`${HEAD}Content-Type: ${type}\r\n\r\nA1,1\r\n`)
    expect(await check(`${disposed}${raw.toString('latin1')}`, 'x.test', records)).toBe(outcome)
  }
})

describe('what a domain says of mails in its name', () => {
  const RECORDS = {
    'x.test': 'v=spf1 ip4:192.0.2.1 -all',
    '_dmarc.x.test': 'v=DMARC1; p=reject; adkim=s',
    '_dmarc.mild.test': 'v=DMARC1; p=quarantine',
  }
  const judge = async (sender: string, signers: readonly string[], address: string | undefined, mailFrom = sender) => {
    const letter = await openLetter(Buffer.from(`From: ${sender}\r\nDate: Mon, 23 Nov 2026 00:00:00 +0000\r\n\r\n`))
    if ('why' in letter) throw new Error(letter.why)
    const { spf, dmarc, isRejected } = await checkPolicy(
      letter,
      signers,
      { address, helo: 'h', mailFrom },
      from(RECORDS),
    )
    return [spf, dmarc, isRejected]
  }

  test('is heard of its own servers and signatures alone', async () => {
    expect(await judge('a@x.test', [], '192.0.2.1')).toEqual(['pass', 'pass', false])
    expect(await judge('a@x.test', [], '192.0.2.2')).toEqual(['fail', 'fail', true])
    expect(await judge('a@x.test', ['x.test'], '192.0.2.2')).toEqual(['fail', 'pass', false])
    expect(await judge('a@x.test', ['other.test'], undefined)).toEqual([null, 'fail', true])
    // Another domain's servers say nothing of this one.
    expect(await judge('a@x.test', [], '192.0.2.1', 'a@other.test')).toEqual(['none', 'fail', true])
    expect(await judge('a@mild.test', [], '192.0.2.1')).toEqual(['none', 'fail', false])
    expect(await judge('a@silent.test', [], '192.0.2.1')).toEqual(['none', 'none', false])
  })

  test('is asked so often and so long, and then is unknown', async () => {
    const never: Resolve = () => new Promise(() => undefined)
    const letter = await openLetter(Buffer.from('From: a@x.test\r\n\r\n'))
    if ('why' in letter) throw new Error(letter.why)
    const carrier = { address: '192.0.2.1', helo: 'h', mailFrom: 'a@x.test' }
    expect(await checkPolicy(letter, [], carrier, bounded(never, 5))).toEqual({
      spf: 'unknown',
      dmarc: 'unknown',
      isRejected: false,
    })
    const asked: string[] = []
    const busy = bounded(async (name) => [asked.push(name).toString()], 60_000)
    await Promise.allSettled(Array.from({ length: 100 }, () => busy('x.test', 'TXT')))
    expect(asked).toHaveLength(40)
    expect(await checkChain(letter, never)).toBe('none')
  })

  test('is not said by those who passed a mail on, whose word is looked at all the same', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 })
    const key = publicKey.export({ type: 'spki', format: 'der' }).toString('base64')
    const mail = `${HEAD}\r\nA1,1\r\n`
    const sealed = await sealMessage(Buffer.from(mail), {
      signingDomain: 'list.test',
      selector: 's',
      privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
      authResults: 'list.test; dkim=pass',
      cv: 'none',
    })
    const chain = async (body: string) => {
      const letter = await openLetter(Buffer.concat([sealed, Buffer.from(body)]))
      if ('why' in letter) throw new Error(letter.why)
      return await checkChain(letter, from({ 's._domainkey.list.test': `v=DKIM1; p=${key}` }))
    }
    expect([await chain(mail), await chain(mail.replace('A1,1', 'A1,2'))]).toEqual(['pass', 'fail'])
    // Nor are they asked before the sender is proved.
    const asked: string[] = []
    const ask: Resolve = async (name) => {
      asked.push(name)
      throw Object.assign(new Error('none'), { code: 'ENOTFOUND' })
    }
    expect(await check(Buffer.concat([sealed, Buffer.from(mail)]), 'x.test', {}, ask)).toBe('none')
    expect(asked).toEqual([])
  })

  test.each([
    ['192.0.2.1', undefined, '192.0.2.1'],
    ['::ffff:192.0.2.1', '198.51.100.1', '192.0.2.1'],
    ['127.0.0.1', '198.51.100.1', '198.51.100.1'],
    ['127.0.0.1', '[UNAVAILABLE]', undefined],
    ['::1', 'IPv6:2001:db8::1', '2001:db8::1'],
    ['10.0.0.5', '198.51.100.1', undefined],
    ['fd00::1', undefined, undefined],
  ])('a mail that %s hands over and says to be from %s is judged by %s', (peer, told, address) => {
    expect(carrierAddress(peer, told)).toBe(address)
  })
})

describe('a mail that costs too much or says two things is no letter', () => {
  const TOP = 'From: a@x.test\r\nDate: Mon, 23 Nov 2026 00:00:00 +0000\r\n'
  test.each([
    [
      '50,000 tiny parts',
      `${TOP}Content-Type: multipart/mixed; boundary=b\r\n\r\n${'--b\r\n\r\nx\r\n'.repeat(50_000)}`,
      /^5\.3\.4 .*parts/,
    ],
    ['a long head', `${TOP}X: ${`${'y'.repeat(900)}\r\n `.repeat(80)}\r\n\r\n`, /^5\.3\.4 .*head/],
    ['a head without end', `${TOP}${'X: y\r\n'.repeat(20_000)}`, /^5\.3\.4 .*head/],
    ['a line that does not end', `${TOP}\r\n${'y'.repeat(70_000)}`, /^5\.3\.4 .*line/],
    ['200,000 empty lines', `${TOP}\r\n${'\r\n'.repeat(200_000)}`, /^5\.3\.4 .*short lines/],
    ['many fields', `${TOP}${'X: y\r\n'.repeat(400)}\r\n`, /^5\.3\.4 .*fields/],
    ['many signatures', `${TOP}${'DKIM-Signature: v=1\r\n'.repeat(11)}\r\n`, /^5\.3\.4 .*signatures/],
    ['letters that look like others', TOP.replace('a@x', 'a@\u0445'), /^5\.6\.0 .*ASCII/],
    ['a letter that becomes another in small', TOP.replace('a@x', '\u212a@x'), /^5\.6\.0 .*ASCII/],
    ['a group', TOP.replace('a@x.test', 'us: a@x.test;'), /^5\.6\.0 .*one sender/],
  ])('%s', async (_what, mail, why) => {
    const used = process.cpuUsage()
    expect(await openLetter(Buffer.from(mail))).toMatchObject({ why: expect.stringMatching(why) })
    expect(process.cpuUsage(used).user).toBeLessThan(1_000_000)
  })

  test('nor are mails within mails read, or parts that lie deep', async () => {
    const open = async (mail: string) => {
      const letter = await openLetter(Buffer.from(mail))
      if ('why' in letter) throw new Error(letter.why)
      return await attachmentsOf(letter)
    }
    const inner = `${TOP}Content-Type: text/csv\r\nContent-Disposition: attachment; filename=a.csv\r\n\r\nA1,1\r\n`
    expect(await open(`${TOP}Content-Type: message/rfc822\r\n\r\n${inner}`)).toEqual([])
    const deep = Array.from(
      { length: 12 },
      (_, n) => `Content-Type: multipart/mixed; boundary=b${n}\r\n\r\n--b${n}\r\n`,
    ).join('')
    expect(await open(`${TOP}${deep}\r\nx`)).toBeUndefined()
  })
})
